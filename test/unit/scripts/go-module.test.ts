import { expect, test } from 'vitest';
import { consumerGoMod, goBuildArgs, goRelease } from '../../../scripts/tools/go-module.ts';
import { findTool } from '../../../scripts/tools/list.ts';

const upstream = `// A comment.
module k8s.io/kubernetes

go 1.26.0

require (
	github.com/blang/semver/v4 v4.0.0
	k8s.io/api v0.0.0
	k8s.io/klog/v2 v2.140.0
	k8s.io/kms v0.0.0 // indirect
)

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	github.com/elsewhere/fork => github.com/ours/fork v1.0.0
)

replace go.etcd.io/etcd/api/v3 => ../api
`;

test('go.mod of a tool: upstream renamed, its own folders replaced by published versions, foreign replaces kept', () => {
  const kubernetes = {
    name: 'kubectl',
    module: 'k8s.io/kubernetes',
    moduleVersion: 'v1.36.3',
    stagedVersion: 'v0.36.3',
  };
  expect(consumerGoMod(upstream, kubernetes)).toBe(`// A comment.
module tools.retrace/kubectl

go 1.26.0

require (
	github.com/blang/semver/v4 v4.0.0
	k8s.io/api v0.36.3
	k8s.io/klog/v2 v2.140.0
	k8s.io/kms v0.36.3 // indirect
)

replace (
	github.com/elsewhere/fork => github.com/ours/fork v1.0.0
)


require k8s.io/kubernetes v1.36.3
`);
});

test('the API server is built to report its real version', () => {
  const args = goBuildArgs(findTool('kube-apiserver'), '/tmp/out');
  expect(args.slice(0, 3)).toEqual(['build', '-trimpath', '-ldflags']);
  expect(args[3]).toContain('-X k8s.io/component-base/version.gitVersion=v1.36.3');
  expect(args.slice(4)).toEqual(['-o', '/tmp/out', 'k8s.io/kubernetes/cmd/kube-apiserver']);
});

test.each([
  ['go version go1.26.8 linux/amd64', 1026],
  ['go 1.26.0', 1026],
  ['go 1.9', 1009],
  ['', undefined],
])('release of %j', (text, release) => {
  expect(goRelease(text)).toBe(release);
});

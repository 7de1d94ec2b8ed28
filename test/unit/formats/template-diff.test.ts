import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../lib/core/json.ts';
import { diffTemplates } from '../../../lib/formats/template-diff.ts';
import type { TemplateChange } from '../../../lib/formats/template-change.ts';

function template(container: JsonObject, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return { metadata: { labels: { app: 'receive' }, ...metadata }, spec: { containers: [{ name: 'receive', image: 'quay.io/thanos/thanos:v0.42.4', ...container }], ...spec } };
}
const args = (...list: string[]): JsonObject => template({ args: list });
const env = (...list: Json[]): JsonObject => template({ env: list });

const table: [string, JsonObject, JsonObject, TemplateChange[]][] = [
  ['nothing', template({}), template({}), []],
  ['an image tag is shortened', template({}), template({ image: 'quay.io/thanos/thanos:v0.41.0' }), [{ path: 'containers[receive].image', from: 'v0.42.4', to: 'v0.41.0' }]],
  ['another repository is written out', template({}), template({ image: 'docker.io/thanos/thanos:v0.42.4' }), [{ path: 'containers[receive].image', from: 'quay.io/thanos/thanos:v0.42.4', to: 'docker.io/thanos/thanos:v0.42.4' }]],
  ['a digest is shortened', template({}), template({ image: `quay.io/thanos/thanos@sha256:${'ab'.repeat(32)}` }), [{ path: 'containers[receive].image', from: 'v0.42.4', to: '@sha256:abababababab' }]],
  ['a port in the registry is no tag', template({ image: 'r:5000/a' }), template({ image: 'r:5000/a:2' }), [{ path: 'containers[receive].image', from: 'latest', to: '2' }]],
  ['a removed argument has its index', args('receive', '--a=1', '--b', '--receive.capnproto-address=0.0.0.0:19391'), args('receive', '--a=1', '--b'), [{ path: 'containers[receive].args[3]', from: '--receive.capnproto-address=0.0.0.0:19391' }]],
  ['an added argument', args('receive'), args('receive', '--x=1'), [{ path: 'containers[receive].args[1]', to: '--x=1' }]],
  ['a changed flag is one change', args('receive', '--log=debug', '--x'), args('receive', '--x', '--log=info'), [{ path: 'containers[receive].args[1]', from: '--log=debug', to: '--log=info' }]],
  ['all arguments gone', args('receive', '--x'), template({}), [{ path: 'containers[receive].args[0]', from: 'receive' }, { path: 'containers[receive].args[1]', from: '--x' }]],
  ['a moved argument is a change', args('a', 'b'), args('b', 'a'), [{ path: 'containers[receive].args[0]', from: 'a' }, { path: 'containers[receive].args[1]', to: 'a' }]],
  ['a secret flag that changed', args('--password=old'), args('--password=new'), [{ path: 'containers[receive].args[0]', from: '--password=<redacted>', to: '--password=<redacted> (changed)' }]],
  ['env by name', env({ name: 'A', value: '1' }, { name: 'B', value: 'x' }), env({ name: 'B', value: 'y' }, { name: 'C', value: '' }), [
    { path: 'containers[receive].env[A]', from: '1' }, { path: 'containers[receive].env[B]', from: 'x', to: 'y' }, { path: 'containers[receive].env[C]', to: '' }]],
  ['a secret variable', env({ name: 'TOKEN', value: 'old' }), env({ name: 'TOKEN', value: 'new' }), [{ path: 'containers[receive].env[TOKEN]', from: '<redacted>', to: '<redacted> (changed)' }]],
  ['a variable that moves into a Secret', env({ name: 'TOKEN', value: 'old' }), env({ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'token' } } }), [{ path: 'containers[receive].env[TOKEN]', from: '<redacted>', to: 'secret/s:token' }]],
  ['a URL with a password', env({ name: 'URL', value: 'https://u:old@h' }), env({ name: 'URL', value: 'https://u:new@h' }), [{ path: 'containers[receive].env[URL]', from: 'https://u:<redacted>@h', to: 'https://u:<redacted>@h (changed)' }]],
  ['env in another order', env({ name: 'A', value: '1' }, { name: 'B', value: '2' }), env({ name: 'B', value: '2' }, { name: 'A', value: '1' }), [{ path: 'containers[receive].env', from: 'A B', to: 'B A' }]],
  ['resources', template({ resources: { limits: { memory: '4Gi' } } }), template({ resources: { limits: { memory: '2Gi' }, requests: { cpu: '500m' } } }), [
    { path: 'containers[receive].resources.limits[memory]', from: '4Gi', to: '2Gi' }, { path: 'containers[receive].resources.requests[cpu]', to: '500m' }]],
  ['a sidecar is its image', template({}), template({}, { containers: [{ name: 'receive', image: 'quay.io/thanos/thanos:v0.42.4' }, { name: 'proxy', image: 'envoy:1', args: ['x'] }] }), [{ path: 'containers[proxy]', to: 'envoy:1' }]],
  ['volumes by name', template({}, { volumes: [{ name: 'h', configMap: { name: 'old' } }, { name: 'd', emptyDir: {} }] }), template({}, { volumes: [{ name: 'h', secret: { secretName: 's' } }] }), [
    { path: 'volumes[h]', from: 'configmap/old', to: 'secret/s' }, { path: 'volumes[d]', from: 'emptyDir' }]],
  ['a mode inside a volume', template({}, { volumes: [{ name: 'h', configMap: { name: 'c', defaultMode: 256 } }] }), template({}, { volumes: [{ name: 'h', configMap: { name: 'c' } }] }), [{ path: 'volumes[h].configMap.defaultMode', from: '256' }]],
  ['mounts by path', template({ volumeMounts: [{ name: 'h', mountPath: '/etc/h' }] }), template({ volumeMounts: [{ name: 'h', mountPath: '/etc/h', subPath: 'x' }] }), [{ path: 'containers[receive].volumeMounts[/etc/h].subPath', to: 'x' }]],
  ['labels', template({}), template({}, {}, { labels: { app: 'receive', tier: 'x' } }), [{ path: 'labels[tier]', to: 'x' }]],
  ['pod fields', template({}), template({}, { hostNetwork: true, priorityClassName: 'high' }), [{ path: 'hostNetwork', to: 'true' }, { path: 'priorityClassName', to: 'high' }]],
  ['a probe', template({ livenessProbe: { httpGet: { port: 1 } } }), template({ livenessProbe: { httpGet: { port: 2 } } }), [{ path: 'containers[receive].livenessProbe.httpGet.port', from: '1', to: '2' }]],
  ['a restart beside a change is left out', template({}), template({ image: 'quay.io/thanos/thanos:v1' }, {}, { annotations: { 'kubectl.kubernetes.io/restartedAt': 'x' } }), [{ path: 'containers[receive].image', from: 'v0.42.4', to: 'v1' }]],
];

describe('what changes between two templates', () => {
  test.each(table)('%s', (_name, from, to, changes) => expect(diffTemplates(from, to)).toEqual(changes));

  test('a restart alone is shown as one', () => {
    expect(diffTemplates(template({}), template({}, {}, { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-22T03:12:00Z' } }))).toEqual([
      { path: 'annotations[kubectl.kubernetes.io/restartedAt]', to: '2026-11-22T03:12:00Z' },
    ]);
  });

  test('a long value is cut around what differs', () => {
    const script = `set -e\n${'echo something\n'.repeat(40)}exec thanos receive --old`;
    const [change] = diffTemplates(template({ command: ['sh', '-c', script] }), template({ command: ['sh', '-c', script.replace('--old', '--new')] }));
    expect(change).toEqual({ path: 'containers[receive].command[2]', from: '…ec thanos receive --old', to: '…ec thanos receive --new' });
    const [added] = diffTemplates(template({}), template({ command: ['sh', '-c', script] })).slice(2);
    expect(added!.to!.length).toBe(120);
    const [short] = diffTemplates(template({ workingDir: `/a${script}` }), template({ workingDir: `/a${script.replace('--old', '--new')}` }));
    expect(short).toEqual({ path: 'containers[receive].workingDir', from: '…ec thanos receive --old', to: '…ec thanos receive --new' });
  });

  test('there and back are the same paths', () => {
    for (const [, from, to] of table) {
      const there = diffTemplates(from, to).map(({ path }) => path.replace(/args\[\d+\]/, 'args'));
      const back = diffTemplates(to, from).map(({ path }) => path.replace(/args\[\d+\]/, 'args'));
      expect(back.sort()).toEqual(there.sort());
    }
  });
});

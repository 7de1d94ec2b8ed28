import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import { canonicalTemplate, imagesOf, shortImageOf, templateDigest, templatesEqual } from '../../../lib/formats/pod-template.ts';

function template(spec: JsonObject = {}, container: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    metadata: { labels: { app: 'receive' }, ...metadata },
    spec: { containers: [{ name: 'receive', image: 'quay.io/thanos/thanos:v0.41.0', args: ['receive', '--log.level=info'], ...container }], ...spec },
  };
}

/** As an API server returns it. */
const defaulted = template(
  { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', terminationGracePeriodSeconds: 30, schedulerName: 'default-scheduler', securityContext: {} },
  { imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {} },
  { creationTimestamp: null },
);

describe('the same pods', () => {
  const same: [string, JsonObject, JsonObject][] = [
    ['key order', template(), { spec: template()['spec']!, metadata: template()['metadata']! }],
    ['defaulted fields', template(), defaulted],
    ['pod-template-hash', template(), template({}, {}, { labels: { app: 'receive', 'pod-template-hash': '64696cc595' } })],
    ['$patch', template(), { ...template(), $patch: 'replace' }],
    ['quantities', template({}, { resources: { limits: { cpu: '1000m', memory: '1024Mi' } } }), template({}, { resources: { limits: { cpu: 1, memory: '1Gi' } } })],
    ['int-or-string ports of probes', template({}, { readinessProbe: { httpGet: { path: '/-/ready', port: '10902' } } }), template({}, { readinessProbe: { httpGet: { path: '/-/ready', port: 10902, scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 } })],
    ['volume modes', template({ volumes: [{ name: 'c', configMap: { name: 'c' } }, { name: 'h', hostPath: { path: '/x' } }] }), template({ volumes: [{ name: 'c', configMap: { name: 'c', defaultMode: 420 } }, { name: 'h', hostPath: { path: '/x', type: '' } }] })],
    ['fieldRef version', template({}, { env: [{ name: 'P', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }), template({}, { env: [{ name: 'P', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }] })],
    ['the deprecated serviceAccount', template({ serviceAccountName: 'x' }), template({ serviceAccountName: 'x', serviceAccount: 'x' })],
    ['pull policy of latest', template({}, { image: 'a' }), template({}, { image: 'a', imagePullPolicy: 'Always' })],
    ['protocol', template({}, { ports: [{ containerPort: 1 }] }), template({}, { ports: [{ containerPort: 1, protocol: 'TCP' }] })],
    ['optional: false', template({}, { envFrom: [{ secretRef: { name: 's', optional: false } }] }), template({}, { envFrom: [{ secretRef: { name: 's' } }] })],
    ['empty annotations', template(), template({}, {}, { annotations: {} })],
  ];
  test.each(same)('%s does not count', (_name, a, b) => {
    expect(templatesEqual(a, b)).toBe(true);
    expect(templateDigest(a)).toBe(templateDigest(b));
  });

  const different: [string, JsonObject, JsonObject][] = [
    ['an image', template(), template({}, { image: 'quay.io/thanos/thanos:v0.42.4' })],
    ['a restart', template(), template({}, {}, { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-22T03:12:00Z' } })],
    ['order of arguments', template({}, { args: ['a', 'b'] }), template({}, { args: ['b', 'a'] })],
    ['a value that is not the default', template(), template({ terminationGracePeriodSeconds: 31 })],
    ['a pull policy that is not the default', template(), template({}, { imagePullPolicy: 'Always' })],
    ['an empty label selector', template({ topologySpreadConstraints: [{ topologyKey: 'z', labelSelector: {} }] }), template({ topologySpreadConstraints: [{ topologyKey: 'z' }] })],
    ['an added container', template(), template({ initContainers: [{ name: 'i', image: 'x' }] })],
    ['an emptyDir limit', template({ volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }] }), template({ volumes: [{ name: 'v', emptyDir: {} }] })],
    ['an annotation named like a default', template(), template({}, {}, { annotations: { restartPolicy: 'Always' } })],
    ['order of env', template({}, { env: [{ name: 'A', value: '1' }, { name: 'B', value: '$(A)' }] }), template({}, { env: [{ name: 'B', value: '$(A)' }, { name: 'A', value: '1' }] })],
    ['an empty variable', template({}, { env: [{ name: 'A', value: '' }] }), template({}, { env: [{ name: 'B', value: '' }] })],
  ];
  test.each(different)('%s counts', (_name, a, b) => expect(templatesEqual(a, b)).toBe(false));

  test('the template given is left as it is', () => {
    const before = structuredClone(defaulted);
    canonicalTemplate(defaulted);
    expect(defaulted).toEqual(before);
  });

  test('labels and annotations keep their own words', () => {
    const odd = template({}, {}, { labels: { optional: 'false', port: '8080', limits: 'x' }, annotations: { $patch: 'x' } });
    expect(canonicalTemplate(odd)['metadata']).toEqual(odd['metadata']);
  });
});

describe('images', () => {
  test('of all containers, init last, each once', () => {
    expect(imagesOf(template({ initContainers: [{ name: 'i', image: 'busybox' }], containers: [{ image: 'a:1' }, { image: 'b' }, { image: 'a:1' }] }))).toEqual(['a:1', 'b', 'busybox']);
    expect(imagesOf({})).toEqual([]);
  });

  test('short without registry and with twelve letters of a digest', () => {
    expect(shortImageOf('quay.io:443/thanos/thanos:v0.41.0')).toBe('thanos:v0.41.0');
    expect(shortImageOf(`thanos@sha256:${'a'.repeat(64)}`)).toBe('thanos@sha256:aaaaaaaaaaaa');
  });
});

import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import { componentsOf } from '../../../lib/prometheus/components.ts';

function pod(container: JsonObject, status: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return { metadata: { name: 'p-0', namespace: 'monitoring', ...metadata }, spec: { containers: [{ name: 'c', ...container }] }, status };
}

const prometheus = 'quay.io/prometheus/prometheus:v3.16.0';
const thanos = 'quay.io/thanos/thanos:v0.42.4';

const roles: [string, JsonObject, string | undefined][] = [
  ['the server by its image', { image: prometheus }, 'prometheus'],
  ['a server that is given --agent', { image: prometheus, args: ['--agent', '--config.file=/x'] }, 'agent'],
  ['an agent of 2.x', { image: 'prom/prometheus:v2.53.0', args: ['--enable-feature=exemplar-storage,agent'] }, 'agent'],
  ['an agent of 2.x, flag and value apart', { image: 'prom/prometheus:v2.53.0', args: ['--enable-feature', 'agent'] }, 'agent'],
  ['a feature whose name only holds the word', { image: prometheus, args: ['--enable-feature=agentless'] }, 'prometheus'],
  ['a digest instead of a tag', { image: 'prometheus@sha256:aaaa' }, 'prometheus'],
  ['a fork by its command', { image: 'registry.example/team/metrics:1', command: ['/bin/prometheus'], args: ['--web.enable-lifecycle'] }, 'prometheus'],
  ['a fork by its flags', { image: 'registry.example/team/metrics:1', args: ['--storage.tsdb.path=/data'] }, 'prometheus'],
  ['behind a shell', { image: 'x/y', command: ['sh', '-c', 'exec /bin/prometheus --config.file=/x --agent'] }, 'agent'],
  ['a reloader in the image of another', { image: prometheus, command: ['/bin/promtool'], args: ['check', 'config'] }, undefined],
  ['the operator', { image: 'quay.io/prometheus-operator/prometheus-operator:v0.85.0', args: ['--kubelet-service=x'] }, undefined],
  ['the config reloader', { image: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.85.0', args: ['--reload-url=http://127.0.0.1:9090/-/reload'] }, undefined],
  ['node exporter', { image: 'quay.io/prometheus/node-exporter:v1.9.0' }, undefined],
  ['alertmanager', { image: 'quay.io/prometheus/alertmanager:v0.28.1' }, 'alertmanager'],
  ['query', { image: thanos, args: ['query', '--endpoint=x:10901'] }, 'query'],
  ['query frontend', { image: thanos, args: ['query-frontend'] }, 'query-frontend'],
  ['receive', { image: thanos, args: ['receive', '--tsdb.path=/d'] }, 'receive'],
  ['store', { image: thanos, command: ['/bin/thanos', 'store'] }, 'store'],
  ['sidecar', { image: thanos, args: ['--log.level=info', 'sidecar'] }, 'sidecar'],
  ['sidecar beside words that name another', { image: thanos, args: ['sidecar', '--tsdb.path', '/var/prometheus', '--prometheus.url=http://127.0.0.1:9090/prometheus'] }, 'sidecar'],
  ['rule', { image: thanos, args: ['rule'] }, 'rule'],
  ['compact', { image: thanos, args: ['compact', '--wait'] }, 'compact'],
  ['a tool', { image: thanos, args: ['tools', 'bucket', 'ls'] }, undefined],
  ['nginx', { image: 'nginx', args: ['query'] }, undefined],
];

test.each(roles)('the role of %s', (_, container, role) => {
  expect(componentsOf([pod(container)]).map((found) => found.role)).toEqual(role === undefined ? [] : [role]);
});

const places: [string, JsonObject, { port: number; scheme?: string; prefix?: string; metricsPrefix?: string }][] = [
  ['Prometheus by default', { image: prometheus }, { port: 9090 }],
  ['Thanos by default', { image: thanos, args: ['query'] }, { port: 10902 }],
  ['Alertmanager by default', { image: 'alertmanager' }, { port: 9093 }],
  ['a listen address', { image: prometheus, args: ['--web.listen-address=0.0.0.0:9191'] }, { port: 9191 }],
  ['a listen address, flag and value apart, before a probe of a proxy', { image: prometheus, args: ['--web.listen-address', '127.0.0.1:9191'], readinessProbe: { httpGet: { port: 8443, scheme: 'HTTP' } } }, { port: 9191 }],
  ['of Thanos', { image: thanos, args: ['store', '--http-address=:11902', '--grpc-address=:11901'] }, { port: 11902 }],
  ['of IPv6', { image: thanos, args: ['store', '--http-address=[::]:11902'] }, { port: 11902 }],
  ['a probe with a number', { image: prometheus, readinessProbe: { httpGet: { port: 9092, path: '/-/ready' } } }, { port: 9092 }],
  ['a probe with a name', { image: prometheus, ports: [{ name: 'grpc', containerPort: 1 }, { name: 'web', containerPort: 9093 }], readinessProbe: { httpGet: { port: 'web', scheme: 'HTTPS', path: '/-/ready' } } }, { port: 9093, scheme: 'https' }],
  ['a named port without a probe', { image: thanos, args: ['receive'], ports: [{ name: 'grpc', containerPort: 10901 }, { name: 'http', containerPort: 20902 }] }, { port: 20902 }],
  ['a route prefix', { image: prometheus, args: ['--web.route-prefix=/prom/'] }, { port: 9090, prefix: '/prom', metricsPrefix: '/prom' }],
  ['the root although the outside has a path', { image: prometheus, args: ['--web.external-url=https://x.example/prom', '--web.route-prefix=/'] }, { port: 9090 }],
  ['the path of the external URL', { image: prometheus, args: ['--web.external-url=https://x.example/prom'] }, { port: 9090, prefix: '/prom', metricsPrefix: '/prom' }],
  ['the path of the probe', { image: prometheus, readinessProbe: { httpGet: { port: 9090, path: '/a/b/-/ready' } } }, { port: 9090, prefix: '/a/b', metricsPrefix: '/a/b' }],
  ['Thanos, whose metrics stay at the root', { image: thanos, args: ['query', '--web.route-prefix=/thanos'] }, { port: 10902, prefix: '/thanos' }],
  ['Thanos with an external prefix only', { image: thanos, args: ['query', '--web.external-prefix=/thanos'] }, { port: 10902, prefix: '/thanos' }],
];

test.each(places)('where it answers: %s', (_, container, place) => {
  const [found] = componentsOf([pod(container)]);
  const { port, scheme, prefix, metricsPrefix } = found!;
  expect({ port, scheme, prefix, metricsPrefix }).toEqual({ scheme: 'http', prefix: '', metricsPrefix: '', ...place });
});

const served: [string, string[], boolean][] = [
  ['a Receive alone', ['receive'], true],
  ['a Receive that routes', ['receive', '--receive.hashrings-file=/h.json'], false],
  ['a Receive that routes and stores', ['receive', '--receive.hashrings-file=/h.json', '--receive.local-endpoint=$(POD)'], true],
  ['a ruler', ['rule'], true],
  ['a stateless ruler', ['rule', '--remote-write.config-file=/w.yml'], false],
  ['a sidecar', ['sidecar'], true],
  ['a store', ['store'], true],
  ['a query', ['query'], false],
  ['a compactor', ['compact'], false],
];

test.each(served)('whose series a Query can read: %s', (_, args, isServed) => {
  expect(componentsOf([pod({ image: thanos, args })])[0]!.hasStoreApi).toBe(isServed);
});

describe('a pod', () => {
  test('gives one component for each container, with its state and what it reloads', () => {
    const found = componentsOf([
      {
        metadata: { name: 'prometheus-0', namespace: 'monitoring' },
        spec: { containers: [{ name: 'prometheus', image: prometheus, args: ['--config.file=/etc/p.yml'] }, { name: 'reloader', image: 'config-reloader' }, { name: 'sidecar', image: thanos, args: ['sidecar'] }] },
        status: { containerStatuses: [{ name: 'sidecar', ready: false, state: {} }, { name: 'prometheus', ready: true, state: { running: { startedAt: '2026-11-22T03:00:00Z' } } }] },
      },
    ]);
    expect(found.map(({ role, container, ready, startedAt, configFile, image }) => ({ role, container, ready, startedAt, configFile, image }))).toEqual([
      { role: 'prometheus', container: 'prometheus', ready: true, startedAt: '2026-11-22T03:00:00Z', configFile: '/etc/p.yml', image: 'prometheus:v3.16.0' },
      { role: 'sidecar', container: 'sidecar', ready: false, startedAt: undefined, configFile: undefined, image: 'thanos:v0.42.4' },
    ]);
  });

  test('that has ended or is ending has none', () => {
    expect(componentsOf([pod({ image: prometheus }, { phase: 'Failed' }), pod({ image: prometheus }, {}, { deletionTimestamp: '2026-11-22T03:00:00Z' })])).toEqual([]);
  });

  test('keeps no arguments', () => {
    const text = JSON.stringify(componentsOf([pod({ image: thanos, args: ['store', '--objstore.config=secret_key: hunter2'] })]));
    expect(text).toContain('store');
    expect(text).not.toContain('hunter2');
  });
});

import { expect, test } from 'vitest';
import { config } from '../../../lib/checks/config.ts';
import type { ConfigFacts } from '../../../lib/checks/config.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import { configSourcesOf } from '../../../lib/prometheus/config-source.ts';

const question = { now: '2026-11-22T03:10:00Z', namespace: 'monitoring', stableForMs: 30_000 };
const loaded: ConfigFacts = { role: 'prometheus', name: 'prometheus-0', namespace: 'monitoring', way: 'port-forward', reloaded: true, loadedAt: '2026-11-22T03:00:00.500Z', sources: [] };
const source = (writtenAt: string | undefined) => [{ kind: 'ConfigMap' as const, name: 'prometheus', ...(writtenAt === undefined ? {} : { writtenAt }) }];

const cases: [string, ConfigFacts[], { code: string; verdict: string; params?: object; dueAt?: string }[]][] = [
  ['nothing that reloads', [], []],
  ['loaded, what it reads unknown', [loaded], [{ code: 'config-loaded', verdict: 'pass', params: { components: 1, compared: 0 } }]],
  ['loaded after the newest write', [{ ...loaded, sources: source('2026-11-22T03:00:00Z') }, loaded], [{ code: 'config-loaded', verdict: 'pass', params: { components: 2, compared: 1 } }]],
  ['a source that may not be read compares nothing', [{ ...loaded, sources: [...source('2026-11-22T02:00:00Z'), ...source(undefined)] }], [{ code: 'config-loaded', verdict: 'pass', params: { components: 1, compared: 0 } }]],
  ['refused', [{ ...loaded, reloaded: false }], [{ code: 'config-refused', verdict: 'fail', params: { component: 'prometheus-0', loadedAt: loaded.loadedAt } }]],
  ['refused from the start on', [{ role: 'rule', name: 'rule-0', namespace: 'monitoring', reloaded: false, sources: [] }], [{ code: 'config-refused', verdict: 'fail', params: { component: 'rule-0' } }]],
  ['its metric is not there', [{ role: 'receive', name: 'r', namespace: 'monitoring', sources: [] }], [{ code: 'config-unknown', verdict: 'inconclusive' }]],
  ['written just now', [{ ...loaded, sources: source('2026-11-22T03:09:00Z') }], [{ code: 'config-awaited', verdict: 'pending', dueAt: '2026-11-22T03:12:00.000Z' }]],
  ['written long ago and never loaded', [{ ...loaded, sources: source('2026-11-22T03:06:59Z') }], [{ code: 'config-older', verdict: 'warn', params: { component: 'prometheus-0', source: 'configmap/prometheus', loadedAt: loaded.loadedAt, writtenAt: '2026-11-22T03:06:59Z' } }]],
  ['could not be asked, twice for the same right', [0, 1].map((at) => ({ role: 'agent', name: `a-${at}`, namespace: 'monitoring', error: { code: 'access.forbidden', params: { missing: [{ name: `a-${at}` }] } } })), [{ code: 'not-observed', verdict: 'inconclusive' }]],
  ['one could not be asked, the other is well: no pass', [loaded, { role: 'agent', name: 'a', namespace: 'monitoring', error: { code: 'endpoint.unreachable', params: {} } }], [{ code: 'not-observed', verdict: 'inconclusive' }]],
];

test.each(cases)('%s', (_, components, found) => {
  expect(config.judge({ components } as never, question)).toMatchObject(found);
  expect(config.judge({ components } as never, question)).toHaveLength(found.length);
});

const operated: JsonObject = {
  spec: {
    containers: [
      { name: 'prometheus', volumeMounts: [{ name: 'config-out', mountPath: '/etc/prometheus/config_out' }, { name: 'web', mountPath: '/etc/prometheus/web', subPath: 'x' }, { name: 'unrelated', mountPath: '/etc/prometheus/certs' }] },
      { name: 'config-reloader', volumeMounts: [{ name: 'config', mountPath: '/etc/prometheus/config' }, { name: 'config-out', mountPath: '/etc/prometheus/config_out' }, { name: 'rules', mountPath: '/etc/prometheus/rules' }] },
      { name: 'other', volumeMounts: [{ name: 'unrelated', mountPath: '/x' }] },
    ],
    volumes: [
      { name: 'config', secret: { secretName: 'prometheus-k8s' } },
      { name: 'config-out', emptyDir: {} },
      { name: 'rules', configMap: { name: 'prometheus-k8s-rulefiles-0' } },
      { name: 'unrelated', configMap: { name: 'unrelated' } },
    ],
  },
};
const plain: JsonObject = { spec: { containers: [{ name: 'prometheus', volumeMounts: [{ name: 'config', mountPath: '/etc/prometheus' }, { name: 'data', mountPath: '/etc/prometheus-data' }] }], volumes: [{ name: 'config', projected: { sources: [{ configMap: { name: 'main' } }, { secret: { name: 'extra' } }] } }] } };
const bySubPath: JsonObject = { spec: { containers: [{ name: 'prometheus', volumeMounts: [{ name: 'config', mountPath: '/etc/prometheus/prometheus.yml', subPath: 'p' }] }], volumes: [{ name: 'config', configMap: { name: 'main' } }] } };

test.each([
  ['what the reloader of an operator mounts', operated, '/etc/prometheus/config_out/prometheus.env.yaml', ['Secret/prometheus-k8s', 'ConfigMap/prometheus-k8s-rulefiles-0']],
  ['a projected volume', plain, '/etc/prometheus/prometheus.yml', ['ConfigMap/main', 'Secret/extra']],
  ['nothing by subPath', bySubPath, '/etc/prometheus/prometheus.yml', []],
  ['nothing of a file of the image', plain, '/opt/prometheus.yml', []],
  ['nothing without a file', plain, undefined, []],
])('a configuration is made of %s', (_, pod, configFile, sources) => {
  expect(configSourcesOf(pod, { container: 'prometheus', ...(configFile === undefined ? {} : { configFile }) }).map(({ kind, name }) => `${kind}/${name}`)).toEqual(sources);
});

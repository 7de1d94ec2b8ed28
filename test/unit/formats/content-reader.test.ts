import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import { isWatchedByReloader, usesOf } from '../../../lib/formats/content-reader.ts';
import type { ContentSource } from '../../../lib/formats/content-reader.ts';
import { referencesOfResource } from '../../../lib/formats/custom-resource-reference.ts';

const config: ContentSource = { kind: 'ConfigMap', name: 'config' };
const secret: ContentSource = { kind: 'Secret', name: 'token' };

const volume = { name: 'v', configMap: { name: 'config' } };
const mount = (more: JsonObject = {}) => ({ volumeMounts: [{ name: 'v', mountPath: '/etc/conf/', ...more }] });
const template = (containers: JsonObject[], more: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({ metadata, spec: { containers, volumes: [volume], ...more } });
const thanos = (...args: string[]) => ({ image: 'quay.io/thanos/thanos:v0.41.0', args, ...mount() });
const prometheus = (more: JsonObject = {}) => ({ image: 'quay.io/prometheus/prometheus:v3.1.0', args: ['--config.file=/etc/conf/prometheus.yml'], ...mount(), ...more });
const reloader = { image: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.88.0' };

const said = (made: JsonObject, source: ContentSource = config) => usesOf(made, source).map(({ usedAs, reads, because }) => `${usedAs} ${reads} ${because}`);

describe('a template reads a ConfigMap or Secret', () => {
  test.each<[string, JsonObject, ContentSource, string[]]>([
    ['one variable', template([{ env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'k' } } }] }]), secret, ['env[TOKEN] at-start environment']],
    ['all as variables', template([{ envFrom: [{ configMapRef: { name: 'config' } }] }], { volumes: [] }), config, ['envFrom at-start environment']],
    ['of that name, but of the other kind', template([{ envFrom: [{ secretRef: { name: 'config' } }] }], { volumes: [] }), config, []],
    ['a volume, by a program that nothing is known of', template([{ image: 'shop:1', ...mount() }]), config, ['volumes[v] file volume']],
    ['a projected volume', template([{ image: 'shop:1', ...mount() }], { volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'token' } }] } }] }), secret, ['volumes[v] file volume']],
    ['one file of a volume', template([{ image: 'shop:1', ...mount({ subPath: 'a.yml' }) }]), config, ['volumes[v].subPath at-start sub-path']],
    ['a volume that no container mounts', template([{ image: 'shop:1' }]), config, ['volumes[v] later not-mounted']],
    ['a volume of an immutable object', template([{ image: 'shop:1', ...mount() }]), { ...config, immutable: true }, ['volumes[v] at-start immutable']],
    ['a volume of a CSI driver', template([{ image: 'shop:1', ...mount() }], { volumes: [{ name: 'v', csi: { driver: 'd', nodePublishSecretRef: { name: 'token' } } }] }), secret, ['volumes[v] at-start volume-driver']],
    ['a pull secret', template([], { volumes: [], imagePullSecrets: [{ name: 'token' }] }), secret, ['imagePullSecrets later next-pull']],
    ['an init container', template([{ image: 'shop:1' }], { initContainers: [{ image: 'render:1', ...mount() }] }), config, ['volumes[v] at-start read-once']],
    ['a chart that sums it up', template([{ image: 'shop:1', ...mount() }], {}, { annotations: { 'checksum/config': 'abc' } }), config, ['volumes[v] at-start checksum']],
    ['thanos receive, its hashring', template([thanos('receive', '--receive.hashrings-file=/etc/conf/hashring.json')]), config, ['volumes[v] reloads watches-file']],
    ['thanos receive, its hashring, in two words', template([thanos('receive', '--receive.hashrings-file', '/etc/conf/hashring.json')]), config, ['volumes[v] reloads watches-file']],
    ['thanos store, its bucket', template([thanos('store', '--objstore.config-file=/etc/conf/s3.yml')]), config, ['volumes[v] at-start read-once']],
    ['thanos receive, both in one object', template([thanos('--receive.hashrings-file=/etc/conf/h.json', '--objstore.config-file=/etc/conf/s3.yml')]), config, ['volumes[v] at-start read-once']],
    ['a flag for a file in a place of a like name', template([thanos('--objstore.config-file=/etc/config/s3.yml')]), config, ['volumes[v] file volume']],
    ['thanos ruler without a reloader', template([thanos('rule', '--rule-file=/etc/conf/*.yml')]), config, ['volumes[v] at-start read-once']],
    ['prometheus without a reloader', template([prometheus()]), config, ['volumes[v] at-start read-once']],
    ['prometheus by the command of its image', template([prometheus({ args: [] })]), config, ['volumes[v] at-start no-reloader']],
    ['prometheus that reloads by itself', template([prometheus({ args: ['--config.file=/etc/conf/p.yml', '--enable-feature=auto-reload-config'] })]), config, ['volumes[v] reloads watches-file']],
    ['prometheus with a reloader on the volume', template([prometheus(), { ...reloader, ...mount() }]), config, ['volumes[v] reloads config-reloader']],
    ['prometheus, a volume that its reloader does not see', template([prometheus({ args: [] }), reloader]), config, ['volumes[v] file volume']],
    ['a bucket that a reloader cannot renew', template([thanos('--objstore.config-file=/etc/conf/s3.yml'), { ...reloader, ...mount() }]), config, ['volumes[v] at-start read-once']],
    ['the reloader alone', template([{ ...reloader, ...mount() }]), config, ['volumes[v] reloads config-reloader']],
    ['as a file and as a variable', template([{ image: 'shop:1', ...mount(), envFrom: [{ configMapRef: { name: 'config' } }] }]), config, ['envFrom at-start environment', 'volumes[v] file volume']],
  ])('%s', (_name, made, source, expected) => expect(said(made, source)).toEqual(expected));

  test('a sidecar by the label', () => {
    const sidecar = (env: Record<string, string>) => template([{ image: 'kiwigrid/k8s-sidecar:1.30', env: Object.entries(env).map(([name, value]) => ({ name, value })) }], { volumes: [] });
    const dashboard = { ...config, labels: { grafana_dashboard: '1' } };
    expect(said(sidecar({ LABEL: 'grafana_dashboard' }), dashboard)).toEqual(['label[grafana_dashboard] reloads sidecar']);
    expect(said(sidecar({ LABEL: 'grafana_dashboard', LABEL_VALUE: '2' }), dashboard)).toEqual([]);
    expect(said(sidecar({ LABEL: 'grafana_datasource' }), dashboard)).toEqual([]);
    expect(said(sidecar({ LABEL: 'grafana_dashboard' }), { ...dashboard, kind: 'Secret' })).toEqual([]);
    expect(said(sidecar({ LABEL: 'grafana_dashboard', RESOURCE: 'both' }), { ...dashboard, kind: 'Secret' })).toEqual(['label[grafana_dashboard] reloads sidecar']);
  });
});

test.each<[string, Record<string, string>, Record<string, string>, boolean]>([
  ['nothing', {}, {}, false],
  ['auto', { 'reloader.stakater.com/auto': 'true' }, {}, true],
  ['auto for ConfigMaps', { 'configmap.reloader.stakater.com/auto': 'true' }, {}, true],
  ['auto for Secrets only', { 'secret.reloader.stakater.com/auto': 'true' }, {}, false],
  ['by name', { 'configmap.reloader.stakater.com/reload': 'other, config' }, {}, true],
  ['by another name', { 'configmap.reloader.stakater.com/reload': 'config-2' }, {}, false],
  ['a search that matches', { 'reloader.stakater.com/search': 'true' }, { 'reloader.stakater.com/match': 'true' }, true],
  ['a search that does not', { 'reloader.stakater.com/search': 'true' }, {}, false],
  ['auto, but the object is ignored', { 'reloader.stakater.com/auto': 'true' }, { 'reloader.stakater.com/ignore': 'true' }, false],
  ['switched off', { 'reloader.stakater.com/auto': 'false', 'configmap.reloader.stakater.com/reload': 'config' }, {}, false],
])('Stakater Reloader, %s', (_name, own, annotations, expected) => {
  expect(isWatchedByReloader({ metadata: { annotations: own } }, config, annotations)).toBe(expected);
  expect(isWatchedByReloader({ spec: { template: { metadata: { annotations: own } } } }, config, annotations)).toBe(expected);
});

test('a custom resource of the Prometheus Operator names them by a few forms', () => {
  const key = (name: string) => ({ name, key: 'k' });
  const spec: JsonObject = {
    configMaps: ['plain-cm'],
    secrets: ['plain-secret'],
    additionalScrapeConfigs: key('scrape'),
    thanos: { objectStorageConfig: key('bucket') },
    alerting: { alertmanagers: [{ name: 'am', port: 'web', basicAuth: { username: key('user'), password: key('password') } }] },
    remoteWrite: [{ url: 'http://x', authorization: { credentials: key('bearer') }, tlsConfig: { ca: { configMap: key('ca') }, cert: { secret: key('cert') }, keySecret: key('tls-key') } }],
    web: { tlsConfig: { keySecret: key('web-key'), cert: { configMap: key('web-cert') } } },
    configSecret: 'am-config',
    imagePullSecrets: [{ name: 'pull' }],
    tolerations: [{ key: 'node', operator: 'Exists' }],
    ruleSelector: { matchExpressions: [{ key: 'role', operator: 'In', values: ['a'] }] },
    serviceAccountName: 'not-one',
    containers: [{ name: 'c', env: [{ name: 'A', value: 'b' } as JsonObject, { name: 'B', valueFrom: { configMapKeyRef: key('env-cm') } }], envFrom: [{ secretRef: { name: 'env-secret' } }] }],
    volumes: [{ name: 'one', secret: { secretName: 'volume-secret' } }, { name: 'two', configMap: { name: 'volume-cm' } }],
  };
  expect(referencesOfResource({ spec }).map(({ kind, name, usedAs }) => `${kind} ${name} ${usedAs}`)).toEqual([
    'ConfigMap plain-cm spec.configMaps',
    'Secret plain-secret spec.secrets',
    'Secret scrape spec.additionalScrapeConfigs',
    'Secret bucket spec.thanos.objectStorageConfig',
    'Secret user spec.alerting.alertmanagers[0].basicAuth.username',
    'Secret password spec.alerting.alertmanagers[0].basicAuth.password',
    'Secret bearer spec.remoteWrite[0].authorization.credentials',
    'ConfigMap ca spec.remoteWrite[0].tlsConfig.ca.configMap',
    'Secret cert spec.remoteWrite[0].tlsConfig.cert.secret',
    'Secret tls-key spec.remoteWrite[0].tlsConfig.keySecret',
    'Secret web-key spec.web.tlsConfig.keySecret',
    'ConfigMap web-cert spec.web.tlsConfig.cert.configMap',
    'Secret am-config spec.configSecret',
    'Secret pull spec.imagePullSecrets[0]',
    'ConfigMap env-cm spec.containers[0].env[1].valueFrom.configMapKeyRef',
    'Secret env-secret spec.containers[0].envFrom[0].secretRef',
    'Secret volume-secret spec.volumes[0].secret',
    'ConfigMap volume-cm spec.volumes[1].configMap',
  ]);
});

/** deploy/rbac/restore.yaml: a namespace of a monitoring stack comes back with exactly its role, and not without any permission of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { atMost } from '../../lib/core/at-most.ts';
import { isError } from '../../lib/core/errors.ts';
import { executePlan } from '../../lib/procedure/execute.ts';
import { planRestore } from '../../lib/procedure/restore.ts';
import { parseSnapshot } from '../../lib/snapshot/file/parse.ts';
import { readIdentities } from '../../lib/snapshot/identity.ts';
import { takeSnapshot } from '../support/captured.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { test } from '../support/fixtures.ts';
import { bindUsers, type Rule } from '../support/identities.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { openMachine } from '../support/machine.ts';
import { createNamespace, deleteNamespace } from '../support/namespace.ts';
import { deploy, quickly, runIdIn } from '../support/roll-outs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests } from '../support/workloads.ts';

const rulesOf = (role: string) => (load(readFileSync(join(import.meta.dirname, `../../deploy/rbac/${role}.yaml`), 'utf8')) as { rules: Rule[] }).rules;
const own = rulesOf('restore');
const whole = [...rulesOf('viewer'), ...rulesOf('operator'), ...own];

interface Permission {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

const apart = (rules: readonly Rule[]): Permission[] => rules.flatMap(({ apiGroups, resources, verbs }) => apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource })))));
const spell = ({ verb, group, resource }: Permission) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
const userWithout = (permission: Permission) => `less-${spell(permission).replace(/[^a-z]+/g, '-')}`;
const without = (gone: Permission): Rule[] => apart(whole).filter((one) => spell(one) !== spell(gone)).map(({ verb, group, resource }) => ({ apiGroups: [group], resources: [resource], verbs: [verb] }));

const labels = { app: 'x' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'shop:1' }] } };
const workload = { replicas: 0, selector: { matchLabels: labels }, template };
const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'shop:1' }] } } } };
const group = 'rbac.authorization.k8s.io';
const operatorTypes: Record<string, string> = {
  prometheuses: 'Prometheus', prometheusagents: 'PrometheusAgent', alertmanagers: 'Alertmanager', thanosrulers: 'ThanosRuler', alertmanagerconfigs: 'AlertmanagerConfig',
  podmonitors: 'PodMonitor', probes: 'Probe', prometheusrules: 'PrometheusRule', scrapeconfigs: 'ScrapeConfig', servicemonitors: 'ServiceMonitor',
};

/** One object of each type that the role writes, by its plural. */
const contents: Record<string, object> = {
  configmaps: { apiVersion: 'v1', kind: 'ConfigMap' },
  secrets: { apiVersion: 'v1', kind: 'Secret' },
  services: { apiVersion: 'v1', kind: 'Service', spec: { clusterIP: 'None', selector: labels, ports: [{ port: 80 }] } },
  serviceaccounts: { apiVersion: 'v1', kind: 'ServiceAccount' },
  persistentvolumeclaims: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: { storageClassName: '', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  deployments: { apiVersion: 'apps/v1', kind: 'Deployment', spec: workload },
  statefulsets: { apiVersion: 'apps/v1', kind: 'StatefulSet', spec: { ...workload, serviceName: 'x' } },
  daemonsets: { apiVersion: 'apps/v1', kind: 'DaemonSet', spec: { selector: { matchLabels: labels }, template: { ...template, spec: { ...template.spec, nodeSelector: { nowhere: 'x' } } } } },
  cronjobs: { apiVersion: 'batch/v1', kind: 'CronJob', spec: { schedule: '0 3 1 1 *', jobTemplate } },
  jobs: { apiVersion: 'batch/v1', kind: 'Job', spec: { ...jobTemplate.spec, suspend: true } },
  ingresses: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', spec: { defaultBackend: { service: { name: 'x', port: { number: 80 } } } } },
  networkpolicies: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec: { podSelector: {} } },
  poddisruptionbudgets: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', spec: { minAvailable: 1, selector: { matchLabels: { app: 'nobody' } } } },
  horizontalpodautoscalers: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' } } },
  roles: { apiVersion: `${group}/v1`, kind: 'Role', rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] },
  rolebindings: { apiVersion: `${group}/v1`, kind: 'RoleBinding', roleRef: { apiGroup: group, kind: 'Role', name: 'kept' }, subjects: [{ kind: 'User', apiGroup: group, name: 'eve' }] },
  ...Object.fromEntries(Object.entries(operatorTypes).map(([plural, kind]) => [plural, { apiVersion: 'monitoring.coreos.com/v1', kind, spec: {} }])),
};

const named = (content: object, name: string, state: string) => ({ ...content, metadata: { name, labels: { state } } }) as never;
const all = (name: string, state: string, leave: readonly string[] = []) => Object.entries(contents).filter(([plural]) => !leave.includes(plural)).map(([, content]) => named(content, name, state));

describe('with deploy/rbac/restore.yaml', () => {
  let plane: ControlPlane;
  let namespace: string;

  beforeAll(async () => {
    plane = await startControlPlane(inject('runFolder'), 'restore-role');
    const items = Object.entries(operatorTypes).map(([plural, kind]) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.monitoring.coreos.com` },
      spec: { group: 'monitoring.coreos.com', names: { plural, singular: kind.toLowerCase(), kind }, scope: 'Namespaced', versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] },
    }));
    await kubectl(plane, ['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
    await kubectl(plane, ['wait', '--for=condition=Established', '--timeout=60s', ...items.map(({ metadata }) => `crd/${metadata.name}`)]);
    namespace = await createNamespace(plane);
  }, 120_000);

  afterAll(async () => {
    await deleteNamespace(plane, namespace);
  });

  test('a stack comes back, its pods are awaited and its readers restarted; nothing is left to do, and it is taken back', async ({ cli }) => {
    const as = async (...words: string[]) => cli('snapshot', ['restore', ...words, '-n', namespace], { kubeconfig: plane.kubeconfig });
    const reads = { ...contents['deployments'], metadata: { name: 'reads' }, spec: { ...workload, replicas: 1, template: { ...template, spec: { containers: [{ name: 'c', image: 'shop:1', envFrom: [{ configMapRef: { name: 'kept' } }] }] } } } };
    await bindUsers(plane, namespace, { sre: whole });
    await applyManifests(plane, namespace, [...all('kept', 'good'), ...all('gone', 'good')]);
    await deploy(plane, namespace, 'deploy/reads', [reads as never]);
    const made = await cli('snapshot', ['create', '-n', namespace, '-o', 'name'], { kubeconfig: plane.kubeconfig });
    const id = made.stdout.trim().split('/').at(-1)!;
    const stateOf = async () => {
      const { items } = await kubectlJson(plane, ['get', Object.keys(contents).join(',')], { namespace });
      return items.filter(({ metadata }: any) => metadata.labels?.state).map(({ kind, metadata }: any) => `${kind}/${metadata.name} ${metadata.labels.state}`).sort();
    };
    const good = await stateOf();
    expect(good).toHaveLength(2 * Object.keys(contents).length);

    await applyManifests(plane, namespace, all('kept', 'bad', ['jobs']));
    // The claim stays: who takes back a restore that made one needs one permission more.
    await kubectl(plane, ['delete', ...Object.keys(contents).filter((plural) => plural !== 'persistentvolumeclaims').map((plural) => `${plural}/gone`)], { namespace });
    await applyManifests(plane, namespace, all('added', 'bad', ['persistentvolumeclaims']));
    const bad = await stateOf();

    const done = await as(id, '--delete-added', `--confirm=${namespace}`, '--restart=auto', '--as=sre', ...quickly);
    expect(done, done.stderr).toMatchObject({ exitCode: 0 });
    expect(await stateOf()).toEqual(good);
    expect(done.stderr).toMatch(/restart\s+deployment\/reads/);
    const again = await as(id, '--yes', '--as=sre');
    expect(again, again.stderr).toMatchObject({ exitCode: 0 });
    const reverted = await cli('rollback', ['revert', runIdIn(done), `--confirm=${namespace}`, '--as=sre'], { kubeconfig: plane.kubeconfig });
    expect(reverted, reverted.stderr).toMatchObject({ exitCode: 0 });
    expect(await stateOf()).toEqual(bad);
  }, 240_000);

  test('each permission of it is named when it is taken away: nothing is changed then', async ({ home, onTestFinished }) => {
    const place = await createNamespace(plane);
    onTestFinished(() => deleteNamespace(plane, place));
    await applyManifests(plane, place, [...all('kept', 'good'), ...all('gone', 'good')]);
    await waitUntil(async () => (await kubectl(plane, ['get', 'endpoints,endpointslices', '-o', 'name'], { namespace: place })).stdout.match(/kept/g)?.length === 2, { what: 'the endpoints' });
    const kinds = [...Object.keys(contents), 'endpoints', 'endpointslices'];
    const { id } = await takeSnapshot(plane, home, place, { kinds });
    const content = parseSnapshot(readFileSync(join(home, 'data', 'retrace', 'snapshots', `${id}.retrace`)), id);
    await applyManifests(plane, place, all('kept', 'bad', ['jobs']));
    await kubectl(plane, ['delete', ...Object.keys(contents).map((plural) => `${plural}/gone`)], { namespace: place });
    await applyManifests(plane, place, all('added', 'bad'));
    const permissions = apart(own);
    await bindUsers(plane, place, Object.fromEntries(permissions.map((permission) => [userWithout(permission), without(permission)])));
    const generations = async () => (await kubectlJson(plane, ['get', Object.keys(contents).join(',')], { namespace: place })).items.map(({ kind, metadata }: any) => `${kind}/${metadata.name} ${metadata.uid} ${metadata.labels?.state}`);
    const before = await generations();

    await atMost(4, permissions, async (permission) => {
      const { connection, context } = await openMachine(plane, home, { as: userWithout(permission) });
      const request = {
        targets: [], namespace: place, deleteAdded: true, asNewNamespace: undefined, toOtherCluster: false, incomplete: false, withoutSecrets: false, withoutHold: false, restart: 'never' as const, isTried: false,
        options: { stableForMs: 0, stuckAfterMs: 0, stuckPods: 'evict' as const, timeoutMs: 1000 }, flagsForHints: '', identities: () => readIdentities(undefined, context),
      };
      const attempt = async (): Promise<{ code: string; named: string[] }> => {
        try {
          const { plan, wanted } = await planRestore(content, { id, place: '/snapshots' }, request, connection, context);
          // What was added since is not known then: said, and the rest could be done. What the snapshot has of a type must be looked at.
          const unread = plan.notes.flatMap(({ code, params }) => (code === 'not-looked-at' ? (params as { permissions: string[] }).permissions : []))
            // Volumes belong to no namespace: no role of one shows them.
            .filter((text) => text !== 'list persistentvolumes');
          if (permission.verb === 'list') return { code: 'not-looked-at', named: unread };
          await executePlan(plan, connection, context, () => undefined, { takeOver: false, localOnly: false, wanted });
          return { code: 'done', named: [] };
        } catch (error) {
          if (!isError(error, 'access.forbidden')) throw error;
          return { code: error.code, named: error.params.missing.map(({ verb, group, resource }) => spell({ verb, group, resource })) };
        }
      };
      // Until the authorizer knows the new role, more than the one is missing.
      await waitUntil(async () => {
        const { code, named } = await attempt();
        expect([spell(permission), [...new Set(named)]]).toEqual([spell(permission), [spell(permission)]]);
        expect(permission.verb === 'list' ? ['not-looked-at', 'access.forbidden'] : ['access.forbidden']).toContain(code);
        return true;
      }, { what: `${spell(permission)} to be what is missing` });
      connection.close();
    });
    expect(await generations()).toEqual(before);
  }, 240_000);
});

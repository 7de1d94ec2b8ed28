/** The writes of the workload layer against a real API server, with everything that may come between a read and a write. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { RetraceError } from '../../lib/core/errors.ts';
import type { JsonObject } from '../../lib/core/json.ts';
import { connect } from '../../lib/kube/connect.ts';
import { getObject } from '../../lib/kube/objects.ts';
import { builtinTypes } from '../../lib/kube/paths.ts';
import type { Connection } from '../../lib/kube/types.ts';
import { gatherReferences, gatherWorkload } from '../../lib/layers/workload/history.ts';
import { planWorkload } from '../../lib/layers/workload/plan.ts';
import { previewTarget } from '../../lib/layers/workload/preview.ts';
import { workloadSteps } from '../../lib/layers/workload/steps.ts';
import type { Plan, RunOptions, Step, WorkloadTarget } from '../../lib/run/plan.ts';
import { savePreImage } from '../../lib/run/pre-image.ts';
import { safetyHead } from '../../lib/run/safety-head.ts';
import type { StepEnvironment } from '../../lib/run/step-kind.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import type { FaultKind } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import type { ClusterFixtures } from '../support/fixtures.ts';
import { kubectl, kubectlJson } from '../support/kubectl.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests } from '../support/workloads.ts';
import { makeContext } from '../unit/kube/test-context.ts';
import { unowned } from '../unit/layers/workload-facts.ts';

const options: RunOptions = { stableForMs: 1000, stuckAfterMs: 1000, stuckPods: 'evict', timeoutMs: 60_000 };
const types = { Deployment: builtinTypes.deployments, StatefulSet: builtinTypes.statefulsets };
type Kind = keyof typeof types;
type Fixtures = Pick<ClusterFixtures, 'cluster' | 'namespace' | 'runFolder'> & { onTestFinished(clean: () => unknown): void };

function scenario(name: string, body: (fixtures: Fixtures) => Promise<void>): void {
  test.concurrent(name, ({ cluster, namespace, runFolder, onTestFinished }) =>
    body({ cluster, namespace, runFolder, onTestFinished: (clean) => onTestFinished(async () => void (await clean())) }),
  );
}

/** No pods: revisions are made all the same, and nothing has to become Ready. */
function manifest(kind: Kind, image: string): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web', annotations: { team: 'metrics' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}),
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image, args: [`--from=${image}`] }] } },
    },
  };
}

interface Story {
  kind: Kind;
  plan: Plan & { targets: WorkloadTarget[] };
  /** Step of the kind asked for. */
  step(kind: string): Step;
  isDone(kind: string): Promise<JsonObject | undefined>;
  run(kind: string, between?: () => Promise<void>): Promise<JsonObject>;
  live(): Promise<any>;
  environment: StepEnvironment;
  /** PATCH requests that reached the proxy. */
  patches(): number;
  fail(kind: FaultKind, times?: number, status?: number): void;
}

/** A workload on its second revision and the plan to go back to the first, reached through a proxy. */
async function begin(fixtures: Fixtures, kind: Kind = 'StatefulSet', replicas?: number): Promise<Story> {
  const { cluster, namespace, runFolder } = fixtures;
  const image = async () => (await kubectlJson(cluster, ['get', kind, 'web'], { namespace })).status.observedGeneration;
  for (const [at, tag] of ['app:v1', 'app:v2'].entries()) {
    await applyManifests(cluster, namespace, [manifest(kind, tag)]);
    await waitUntil(async () => (await image()) === at + 1, { what: `generation ${at + 1} to be observed` });
  }
  await kubectl(cluster, ['annotate', kind, 'web', 'added-later=yes'], { namespace });
  const proxy = await startFaultProxy(runFolder, cluster);
  const connection = await reach(fixtures, proxy.kubeconfig);
  fixtures.onTestFinished(() => proxy.stop());
  const plan = await makePlan(connection, kind, namespace, replicas);
  const runs = mkdtempSync(join(runFolder, 'runs-'));
  const directory = join(runs, 'r-aaaaaa');
  mkdirSync(directory);
  let between: () => Promise<void> = async () => undefined;
  const step = (wanted: string) => plan.steps.find((candidate) => candidate.kind === wanted)!;
  const kindOf = (wanted: string) => workloadSteps.find((candidate) => candidate.kind === wanted)!;
  const environment: StepEnvironment = {
    connection,
    context: makeContext(),
    plan,
    options,
    runId: 'r-aaaaaa',
    directory,
    emit: () => undefined,
    savePreImage: async (...objects) => {
      const writing = plan.steps.find(({ kind: written }) => written !== 'keep-evidence')!;
      await savePreImage(directory, writing.id, safetyHead({ id: 'r-aaaaaa', plan }, writing, objects, new Date(), makeContext()), objects, makeContext());
      await between();
    },
    shareWanted: async () => undefined,
    readWanted: async () => undefined,
    note: async () => undefined,
  };
  return {
    kind,
    plan,
    step,
    environment,
    isDone: (wanted) => kindOf(wanted).isDone(step(wanted), environment),
    run(wanted, meanwhile) {
      between = meanwhile ?? between;
      return kindOf(wanted).run(step(wanted), environment);
    },
    live: () => kubectlJson(cluster, ['get', kind, 'web', '--show-managed-fields'], { namespace }),
    patches: () => proxy.requests.filter(({ method }) => method === 'PATCH').length,
    fail: (fault, times = 1, status = 503) => void proxy.addFault({ kind: fault, times, status, retryAfterSeconds: 1, matches: ({ method }) => method === 'PATCH' }),
  };
}

async function reach({ onTestFinished }: Pick<Fixtures, 'onTestFinished'>, kubeconfig: string, flags: { as?: string } = {}): Promise<Connection> {
  const connection = await connect({ kubeconfig, requestTimeoutMs: 10_000, ...flags }, makeContext());
  onTestFinished(() => connection.close());
  return connection;
}

async function factsOf(connection: Connection, kind: Kind, namespace: string) {
  const object = await getObject(connection, types[kind], namespace, 'web');
  return gatherWorkload(connection, types[kind], object!);
}

async function makePlan(connection: Connection, kind: Kind, namespace: string, replicas: number | undefined): Promise<Story['plan']> {
  const facts = await factsOf(connection, kind, namespace);
  const input = { references: [], choice: { kind: 'number' as const, value: 1 }, options, left: [], now: new Date(), ownership: unowned, flagsForHints: '' };
  const { target, steps, notes, needs } = planWorkload({ ...input, facts, replicas });
  const cluster = { contextName: 'c', server: 's', uid: undefined };
  return { apiVersion: 'retrace/v1', kind: 'Plan', id: 'p-aaaaaa', createdAt: '', purpose: 'undo', cluster, targets: [target], steps, notes, needs, confirmation: { kind: 'yes' }, options };
}

async function caught(promise: Promise<unknown>): Promise<RetraceError> {
  const error = await promise.then(() => undefined, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RetraceError);
  return error as RetraceError;
}

const imageOf = (live: any): string => live.spec.template.spec.containers[0].image;

for (const kind of ['Deployment', 'StatefulSet'] as const) {
  scenario(`${kind}: only the template is written, under our name, and a second time changes nothing`, async (fixtures) => {
    const story = await begin(fixtures, kind);
    expect(await story.isDone('patch-template')).toBeUndefined();
    const { generation } = (await story.live()).metadata;
    expect(await story.run('patch-template')).toMatchObject({ generation: generation + 1 });
    const live = await story.live();
    expect(live.spec.template.spec.containers[0]).toMatchObject({ image: 'app:v1', args: ['--from=app:v1'] });
    // kubectl rollout undo would have taken away what the old ReplicaSet does not have.
    expect(live.metadata.annotations).toMatchObject({ team: 'metrics', 'added-later': 'yes' });
    expect(live.spec.template.metadata.labels).toEqual({ app: 'web' });
    expect(live.metadata.managedFields.map((entry: any) => entry.manager)).toContain('kubectl-rollback');
    expect(await story.isDone('patch-template')).toMatchObject({ uid: live.metadata.uid });
    const sent = story.patches();
    await story.run('patch-template');
    expect([imageOf(await story.live()), story.patches()]).toEqual(['app:v1', sent]);
  });
}

scenario('the write arrived, its answer did not: it is not sent again', async (fixtures) => {
  const story = await begin(fixtures);
  story.fail('reset-after');
  expect(await story.run('patch-template')).toMatchObject({ generation: 3 });
  expect([imageOf(await story.live()), story.patches()]).toEqual(['app:v1', 1]);
});

scenario('the write did not arrive: it is sent once more', async (fixtures) => {
  const story = await begin(fixtures);
  story.fail('reset-before');
  await story.run('patch-template');
  expect([imageOf(await story.live()), story.patches()]).toEqual(['app:v1', 2]);
});

scenario('a server that answers 503 to both attempts: the error is told, nothing is changed', async (fixtures) => {
  const story = await begin(fixtures);
  story.fail('status', 2);
  expect(await caught(story.run('patch-template'))).toMatchObject({ code: 'server.error', params: { status: 503 } });
  expect([imageOf(await story.live()), story.patches()]).toEqual(['app:v2', 2]);
});

scenario('a throttled write waits as it is told, and is sent again', async (fixtures) => {
  const story = await begin(fixtures);
  story.fail('status', 1, 429);
  const started = performance.now();
  await story.run('patch-template');
  expect(performance.now() - started).toBeGreaterThan(1000);
  expect(imageOf(await story.live())).toBe('app:v1');
});

scenario('somebody scales in between: the undo is sent for the new generation and keeps their number', async (fixtures) => {
  const story = await begin(fixtures);
  await story.run('patch-template', async () => void (await kubectl(fixtures.cluster, ['scale', story.kind, 'web', '--replicas=1'], { namespace: fixtures.namespace })));
  const live = await story.live();
  expect([imageOf(live), live.spec.replicas, story.patches()]).toEqual(['app:v1', 1, 2]);
});

scenario('somebody writes the template in between: stale, and theirs stays', async (fixtures) => {
  const story = await begin(fixtures);
  const meanwhile = async () => void (await kubectl(fixtures.cluster, ['set', 'image', `${story.kind}/web`, 'web=app:v3'], { namespace: fixtures.namespace }));
  expect(await caught(story.run('patch-template', meanwhile))).toMatchObject({
    code: 'plan.stale',
    params: { target: 'statefulset/web', changed: ['template'], command: 'kubectl rollback plan statefulset/web' },
  });
  expect(imageOf(await story.live())).toBe('app:v3');
});

scenario('somebody puts the same template back in between: done, and nothing more is sent', async (fixtures) => {
  const story = await begin(fixtures);
  await story.run('patch-template', async () => void (await kubectl(fixtures.cluster, ['rollout', 'undo', `${story.kind}/web`], { namespace: fixtures.namespace })));
  expect([imageOf(await story.live()), story.patches()]).toEqual(['app:v1', 1]);
});

scenario('deleted and made again under the same name: not ours', async (fixtures) => {
  const { cluster, namespace } = fixtures;
  const story = await begin(fixtures);
  const again = async () => {
    await kubectl(cluster, ['delete', story.kind, 'web'], { namespace });
    await applyManifests(cluster, namespace, [manifest(story.kind, 'app:v2')]);
  };
  expect((await caught(story.run('patch-template', again))).code).toBe('target.deleted');
  expect((await caught(story.isDone('patch-template'))).code).toBe('target.deleted');
  expect(imageOf(await story.live())).toBe('app:v2');
});

scenario('changed between plan and run: refused before anything is written', async (fixtures) => {
  const { cluster, namespace } = fixtures;
  const story = await begin(fixtures);
  await kubectl(cluster, ['patch', story.kind, 'web', '--type=merge', '-p', '{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}'], { namespace });
  expect(await caught(story.run('patch-template'))).toMatchObject({ code: 'plan.stale', params: { changed: ['updateStrategy'] } });
  await kubectl(cluster, ['delete', 'controllerrevision', story.plan.targets[0]!.to.name], { namespace });
  expect(await caught(story.run('patch-template'))).toMatchObject({ code: 'plan.stale', params: { changed: ['targetRevision'] } });
  expect(story.patches()).toBe(0);
});

scenario('back to what the run found, from its pre-image', async (fixtures) => {
  const story = await begin(fixtures);
  await story.run('patch-template');
  const before = story.plan.targets[0]!.from!;
  const patch = story.step('patch-template');
  const revert: Step = { ...patch, params: { ...patch.params, source: 'pre-image', runId: 'r-aaaaaa', stepId: patch.id, templateDigest: before.templateDigest } };
  const environment = { ...story.environment, directory: join(story.environment.directory, '..', 'r-bbbbbb'), plan: { ...story.plan, targets: [{ ...story.plan.targets[0]!, basis: {} }] } };
  const broken = { ...revert, params: { ...revert.params, runId: '../elsewhere' } };
  expect((await caught(workloadSteps[0]!.run(broken, environment))).code).toBe('plan.broken');
  await workloadSteps[0]!.run(revert, environment);
  expect(imageOf(await story.live())).toBe('app:v2');
});

scenario('replicas: written once, not over another number', async (fixtures) => {
  const { cluster, namespace } = fixtures;
  const story = await begin(fixtures, 'Deployment', 2);
  story.fail('reset-after');
  expect(await story.isDone('set-replicas')).toBeUndefined();
  expect(await story.run('set-replicas')).toMatchObject({ replicas: 2 });
  expect([(await story.live()).spec.replicas, story.patches()]).toEqual([2, 1]);
  expect(await story.isDone('set-replicas')).toMatchObject({ replicas: 2 });
  await kubectl(cluster, ['scale', 'deploy/web', '--replicas=1'], { namespace });
  expect(await caught(story.run('set-replicas'))).toMatchObject({ code: 'plan.stale', params: { changed: ['replicas'] } });
  expect((await story.live()).spec.replicas).toBe(1);
});

scenario('preview: the server says yes, no, or that we may not ask', async (fixtures) => {
  const { cluster, namespace } = fixtures;
  const story = await begin(fixtures);
  const facts = await factsOf(story.environment.connection, story.kind, namespace);
  const [target] = story.plan.targets;
  expect(await previewTarget(story.environment.connection, facts, target!)).toEqual({ code: 'dry-run', level: 'info', params: { result: 'ok' } });
  expect(imageOf(await story.live())).toBe('app:v2');

  await kubectl(cluster, ['create', 'rolebinding', 'viewer', '--clusterrole=view', '--user=viewer'], { namespace });
  const viewer = await reach(fixtures, cluster.kubeconfig, { as: 'viewer' });
  expect(await previewTarget(viewer, facts, target!)).toMatchObject({ level: 'warning', params: { result: 'not-allowed' } });

  await applyManifests(cluster, namespace, refusingPolicy(namespace));
  fixtures.onTestFinished(() => kubectl(cluster, ['delete', 'validatingadmissionpolicy,validatingadmissionpolicybinding', `old-${namespace}`]));
  const refused = async () => previewTarget(story.environment.connection, facts, target!);
  await waitUntil(async () => (await refused())?.level === 'warning', { what: 'the admission policy to be in force' });
  expect(await refused()).toMatchObject({ params: { result: 'refused', detail: expect.stringContaining('app:v1 is too old') } });
  expect((await caught(story.run('patch-template'))).code).toBe('server.rejected');
});

function refusingPolicy(namespace: string): JsonObject[] {
  const name = `old-${namespace}`;
  const metadata = { name, namespace: undefined as never };
  const resourceRules = [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['statefulsets'] }];
  const only = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata,
      spec: {
        failurePolicy: 'Fail', matchConstraints: { namespaceSelector: only, resourceRules },
        validations: [{ expression: "object.spec.template.spec.containers.all(c, c.image != 'app:v1')", message: 'app:v1 is too old' }],
      },
    },
    { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata, spec: { policyName: name, validationActions: ['Deny'] } },
  ];
}

scenario('facts of a workload: one round trip, with no right to look at Secrets too', async (fixtures) => {
  const { cluster, namespace, runFolder } = fixtures;
  await applyManifests(cluster, namespace, [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'objstore' }, stringData: { key: 'value-that-stays' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'hashring' }, data: {} },
  ]);
  const story = await begin(fixtures);
  const proxy = await startFaultProxy(runFolder, cluster, { latencyMs: 50 });
  fixtures.onTestFinished(() => proxy.stop());
  const connection = await reach(fixtures, proxy.kubeconfig);
  const object = (await getObject(connection, types.StatefulSet, namespace, 'web'))!;
  proxy.forgetRequests();
  const facts = await gatherWorkload(connection, types.StatefulSet, object);
  expect(proxy.sequentialRoundTrips()).toBe(1);
  expect(facts.revisions.map(({ kind }) => kind)).toEqual(['ControllerRevision', 'ControllerRevision']);
  expect(facts).toMatchObject({ serverVersion: 'v1.36.3', unread: [], pods: [] });

  const template: JsonObject = {
    spec: {
      containers: [{ envFrom: [{ secretRef: { name: 'objstore' } }, { secretRef: { name: 'gone' } }] }],
      volumes: [{ name: 'h', configMap: { name: 'hashring' } }],
      serviceAccountName: 'thanos',
    },
  };
  proxy.forgetRequests();
  const references = await gatherReferences(connection, facts, template);
  expect(proxy.sequentialRoundTrips()).toBe(1);
  expect(references.map(({ name, state }) => [name, state])).toEqual([['objstore', 'found'], ['gone', 'missing'], ['hashring', 'found'], ['thanos', 'missing']]);
  expect(JSON.stringify(references)).not.toMatch(/value-that-stays|"annotations":/);

  await kubectl(cluster, ['create', 'rolebinding', 'viewer', '--clusterrole=view', '--user=viewer'], { namespace });
  const viewer = await reach(fixtures, cluster.kubeconfig, { as: 'viewer' });
  expect((await gatherReferences(viewer, facts, template)).map(({ name, state }) => [name, state])).toEqual([['objstore', 'unknown'], ['gone', 'unknown'], ['hashring', 'found'], ['thanos', 'missing']]);
  await kubectl(cluster, ['create', 'role', 'poor', '--verb=get,list', '--resource=pods,statefulsets.apps,controllerrevisions.apps'], { namespace });
  await kubectl(cluster, ['create', 'rolebinding', 'poor', '--role=poor', '--user=poor'], { namespace });
  const poor = await gatherWorkload(await reach(fixtures, cluster.kubeconfig, { as: 'poor' }), types.StatefulSet, object);
  expect(poor.unread.map(({ what }) => what).sort()).toEqual(['autoscalers', 'budgets', 'claims']);
  expect(poor.revisions).toHaveLength(2);
  await expect(gatherWorkload(await reach(fixtures, cluster.kubeconfig, { as: 'nobody' }), types.StatefulSet, object)).rejects.toMatchObject({ code: 'access.forbidden' });
  expect(story.plan.targets[0]!.action).toBe('change');
});

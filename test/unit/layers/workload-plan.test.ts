import { describe, expect, test } from 'vitest';
import { RetraceError } from '../../../lib/core/errors.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import { basisOf, changedFields } from '../../../lib/layers/workload/basis.ts';
import { planWorkload } from '../../../lib/layers/workload/plan.ts';
import type { WorkloadPlanInput } from '../../../lib/layers/workload/plan.ts';
import type { ReferenceFact, WorkloadFacts } from '../../../lib/layers/workload/facts.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';
import type { Ownership } from '../../../lib/ownership/judge.ts';
import { checkPlan } from '../../../lib/run/plan-schema.ts';
import type { NoteCode } from '../../../lib/run/notes.ts';
import { bad, factsOf, good, now, options, revisions, stuckRollout, templateOfImage, typeOf, unowned } from './workload-facts.ts';
import type { FactsGiven } from './workload-facts.ts';

function plan(facts: WorkloadFacts, more: Partial<WorkloadPlanInput> = {}) {
  return planWorkload({ facts, references: [], choice: { kind: 'default' }, options, left: [], now, ownership: unowned, flagsForHints: ' -n monitoring', ...more });
}

function refusal(run: () => unknown): { code: string; params: unknown } {
  try {
    run();
  } catch (error) {
    if (error instanceof RetraceError) return { code: error.code, params: error.params };
    throw error;
  }
  throw new Error('it was not refused');
}

function noteOf(planned: ReturnType<typeof plan>, code: NoteCode): unknown {
  return planned.notes.find((note) => note.code === code)?.params;
}

const pods = (planned: ReturnType<typeof plan>) => planned.steps.map(({ kind }) => kind);

describe('the undo of a stuck StatefulSet', () => {
  const planned = plan(stuckRollout());

  test('goes from the bad revision to the one that Ready pods carry', () => {
    expect(planned.target).toMatchObject({
      object: { apiVersion: 'apps/v1', kind: 'StatefulSet', resource: 'statefulsets', namespace: 'monitoring', name: 'thanos-receive', uid: 'uid-workload' },
      layer: 'workload', action: 'change', chosenBy: 'ready-pods', from: { number: 7, hash: '6fff58c554' }, to: { number: 6, hash: '64696cc595', name: 'thanos-receive-64696cc595' },
    });
    expect(planned.target.changes).toEqual([
      { path: 'containers[receive].image', from: 'v0.42.4', to: 'v0.41.0' },
      { path: 'containers[receive].args[1]', from: '--receive.capnproto-address=0.0.0.0:19391' },
    ]);
  });

  test('keeps evidence first, then patches, then waits', () => {
    expect(planned.steps).toMatchObject([
      { id: 'keep-evidence.monitoring.statefulset.thanos-receive', kind: 'keep-evidence' },
      { kind: 'patch-template', params: { source: 'revision', revisionName: 'thanos-receive-64696cc595', templateDigest: planned.target.to.templateDigest, generation: 40, planCommand: 'kubectl rollback plan statefulset/thanos-receive -n monitoring' } },
      { kind: 'wait-rollout', params: { hash: '64696cc595', templateDigest: planned.target.to.templateDigest } },
    ]);
  });

  test('says which pod it will evict', () => expect(noteOf(planned, 'will-evict')).toEqual({ pods: ['thanos-receive-2'], how: 'evict' }));

  test('asks a plain yes, and needs to read, to patch and to evict', () => {
    expect(planned.confirmation).toEqual({ kind: 'yes' });
    expect(planned.needs).toEqual([
      { verb: 'get', resource: 'statefulsets', group: 'apps', namespace: 'monitoring', name: 'thanos-receive' },
      { verb: 'patch', resource: 'statefulsets', group: 'apps', namespace: 'monitoring', name: 'thanos-receive' },
      { verb: 'get', resource: 'controllerrevisions', group: 'apps', namespace: 'monitoring', name: planned.target.to.name },
      { verb: 'create', resource: 'pods/eviction', group: '', namespace: 'monitoring' },
    ]);
  });

  test('is a valid part of a saved plan', () => {
    const whole = { apiVersion: 'retrace/v1', kind: 'Plan', id: 'p-000000', createdAt: now.toISOString(), purpose: 'undo', cluster: { contextName: 'c', server: 's', uid: 'u' }, targets: [planned.target], steps: planned.steps, notes: planned.notes, confirmation: planned.confirmation, needs: planned.needs, options };
    expect(checkPlan(JSON.parse(JSON.stringify(whole)))).toMatchObject({ plan: {} });
  });

  test('holds neither a template nor a secret value', () => {
    const secret = templateOfImage('v0.41.0', {}, { env: [{ name: 'S3_SECRET_KEY', value: 'hunter2' }], args: ['receive', '--password=hunter3'] });
    const text = JSON.stringify(plan(stuckRollout({ revisions: [revisions[0]!, { ...revisions[1]!, template: secret }, revisions[2]!] })));
    expect(text).not.toMatch(/hunter|initContainers|"containers"/);
    expect(text).toContain('env[S3_SECRET_KEY]');
  });
});

describe('pods that block the roll-out', () => {
  const budget = (status: JsonObject) => ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'receive' }, spec: { selector: { matchLabels: { app: 'receive' } } }, status }) as unknown as KubeObject;
  const blocking = budget({ disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 3 });

  test('a budget that forbids their eviction is named', () => {
    expect(noteOf(plan(stuckRollout({ more: { budgets: [blocking] } })), 'budget-blocks')).toEqual({ budget: 'receive', pods: ['thanos-receive-2'] });
  });

  test('not when it would let them go, nor when they are deleted', () => {
    expect(noteOf(plan(stuckRollout({ more: { budgets: [budget({ disruptionsAllowed: 1 })] } })), 'budget-blocks')).toBeUndefined();
    const deleting = plan(stuckRollout({ more: { budgets: [blocking] } }), { options: { ...options, stuckPods: 'delete' } });
    expect(noteOf(deleting, 'budget-blocks')).toBeUndefined();
    expect(noteOf(deleting, 'will-evict')).toEqual({ pods: ['thanos-receive-2'], how: 'delete' });
    expect(deleting.needs).toContainEqual({ verb: 'delete', resource: 'pods', group: '', namespace: 'monitoring' });
  });

  test('with --stuck-pods=never they stay, and the plan says so', () => {
    const never = plan(stuckRollout(), { options: { ...options, stuckPods: 'never' } });
    expect([noteOf(never, 'stuck-stays'), noteOf(never, 'will-evict')]).toEqual([{ pods: ['thanos-receive-2'] }, undefined]);
    expect(never.needs.map(({ verb }) => verb)).toEqual(['get', 'patch', 'get']);
  });

  test('a Parallel set and a Deployment replace them by themselves', () => {
    expect(noteOf(plan(stuckRollout({ spec: { podManagementPolicy: 'Parallel' } })), 'will-evict')).toBeUndefined();
    expect(noteOf(plan(stuckRollout({ kind: 'Deployment' })), 'will-evict')).toBeUndefined();
    expect(plan(stuckRollout({ kind: 'Deployment' })).needs.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual(['get deployments', 'patch deployments', 'get replicasets']);
  });

  const versions: [string | undefined, boolean][] = [['v1.34.9', false], ['v1.35.0', true], ['v1.35.3+k3s1', true], ['v1.35.4', false], ['v1.35.30', false], ['v1.36.0', false], ['v11.35.0', false], [undefined, false]];
  test.each(versions)('Parallel on %s: the regression of 1.35 (kubernetes#137409) is %s', (serverVersion, hasIt) => {
    const planned = plan(stuckRollout({ spec: { podManagementPolicy: 'Parallel' }, more: { serverVersion } }));
    expect(noteOf(planned, 'parallel-regression')).toEqual(hasIt ? { serverVersion } : undefined);
    expect(noteOf(planned, 'will-evict') !== undefined).toBe(hasIt);
  });

  test('repair: only the pods, no patch', () => {
    const undone = factsOf({
      revisions: [revisions[2]!, { ...revisions[1]!, number: 8 }],
      pods: [{ name: 'thanos-receive-0', hash: '64696cc595' }, { name: 'thanos-receive-2', hash: '6fff58c554', ready: false }],
    });
    const planned = plan(undone);
    expect(planned.target).toMatchObject({ action: 'repair', chosenBy: 'current', changes: [] });
    expect(pods(planned)).toEqual(['keep-evidence', 'wait-rollout']);
    expect(noteOf(planned, 'repair-only')).toEqual({ pods: ['thanos-receive-2'] });
    expect(planned.needs.map(({ verb }) => verb)).toEqual(['create']);
    expect(noteOf(planned, 'put-back-by')).toBeUndefined();
  });

  test('nothing to do: no steps, no permissions', () => {
    const well = factsOf({ revisions, pods: [{ name: 'thanos-receive-0', hash: '6fff58c554' }] });
    const planned = plan(well, { choice: { kind: 'number', value: 7 } });
    expect(planned).toMatchObject({ target: { action: 'noop', chosenBy: 'asked', changes: [] }, steps: [], needs: [] });
  });
});

const byOperator: Ownership = {
  ...unowned,
  owners: [{ kind: 'controller', name: 'prometheus/kps', namespace: 'monitoring', of: 'statefulset/thanos-receive', how: 'owner-reference', seen: 'confirmed' }],
  putBack: [{ by: 'prometheus/kps', when: 'at-once' }],
};

describe('refused', () => {
  const table: [string, () => unknown, object][] = [
    ['owned, with what to type', () => plan(stuckRollout(), { ownership: byOperator }), {
      code: 'target.owned',
      params: { target: 'statefulset/thanos-receive', owners: byOperator.owners, putBack: byOperator.putBack, withoutHold: 'kubectl rollback undo statefulset/thanos-receive -n monitoring --without-hold' },
    }],
    ['owned, before it is paused or deleted', () => plan(stuckRollout({ kind: 'Deployment', spec: { paused: true } }), { ownership: byOperator }), { code: 'target.owned' }],
    ['owned and of another kind, also without a hold', () => plan({ ...stuckRollout(), type: typeOf('ReplicaSet') }, { ownership: byOperator, withoutHold: true }), { code: 'target.owned' }],
    ['paused', () => plan(stuckRollout({ kind: 'Deployment', spec: { paused: true } })), { code: 'target.paused', params: { command: 'kubectl rollout resume deployment/thanos-receive -n monitoring' } }],
    ['being deleted', () => plan(stuckRollout({ metadata: { deletionTimestamp: 'x' } })), { code: 'target.deleted' }],
    ['another kind', () => plan({ ...stuckRollout(), type: typeOf('ReplicaSet') }), { code: 'kind.unsupported', params: { kind: 'ReplicaSet' } }],
    ['a Deployment of another group', () => plan({ ...stuckRollout(), type: { ...typeOf('Deployment'), group: 'example.com' } }), { code: 'kind.unsupported' }],
    ['replicas of a DaemonSet', () => plan(stuckRollout({ kind: 'DaemonSet' }), { replicas: 2 }), { code: 'usage.flags' }],
    ['unknown replicas before', () => plan(stuckRollout(), { replicas: 'previous' }), { code: 'replicas.unknown-previous', params: { current: 3 } }],
  ];
  test.each(table)('%s', (_name, run, expected) => expect(refusal(run)).toMatchObject(expected));

  test('without a hold it is planned, and says who will put it back instead of who wrote it last', () => {
    const operator = { metadata: { managedFields: [{ manager: 'PrometheusOperator', operation: 'Update', time: '2026-11-22T03:12:00Z', fieldsV1: { 'f:spec': { 'f:template': {} } } }] } };
    const planned = plan(stuckRollout(operator), { ownership: byOperator, withoutHold: true });
    expect(planned.target).toMatchObject({ action: 'change', owners: byOperator.owners });
    expect(noteOf(planned, 'owner-puts-back')).toEqual({ target: 'statefulset/thanos-receive', putBack: byOperator.putBack });
    expect(noteOf(planned, 'put-back-by')).toBeUndefined();
    expect(noteOf(plan(stuckRollout(operator)), 'put-back-by')).toMatchObject({ how: 'PrometheusOperator' });
  });
});

test('a plan with owners and autoscalers survives being saved', () => {
  const more: Ownership = {
    ...byOperator,
    owners: [...byOperator.owners, { kind: 'helm', name: 'kps', namespace: 'monitoring', of: 'prometheus/kps', how: 'helm-annotations', seen: 'unread', unread: [{ verb: 'list', resource: 'secrets', group: '' }], objects: 2, revision: '14', status: 'deployed', since: now.toISOString() }],
    drivers: [{ by: 'verticalpodautoscaler/size', what: 'resources' }],
  };
  const { target, steps, notes, confirmation, needs } = plan(stuckRollout(), { ownership: more, withoutHold: true });
  const whole = { apiVersion: 'retrace/v1', kind: 'Plan', id: 'p-000000', createdAt: now.toISOString(), purpose: 'undo', cluster: { contextName: 'c', server: 's' }, targets: [target], steps, notes, confirmation, needs, options };
  expect(checkPlan(JSON.parse(JSON.stringify(whole)))).toMatchObject({ plan: { targets: [{ owners: more.owners, seen: { drivers: more.drivers } }] } });
});

describe('what the target revision needs', () => {
  const withConfig = templateOfImage('v0.41.0', { volumes: [{ name: 'hashring', configMap: { name: 'hashring' } }] }, { envFrom: [{ secretRef: { name: 'extra', optional: true } }] });
  const facts = stuckRollout({ revisions: [revisions[0]!, { ...revisions[1]!, template: withConfig }, revisions[2]!] });
  const reference = (kind: string, name: string, more: Partial<ReferenceFact>): ReferenceFact => ({ kind, name, state: 'found', ...more });
  const writtenAt = (time: string): Partial<ReferenceFact> => ({ metadata: { name: 'hashring', managedFields: [{ manager: 'kubectl-client-side-apply', operation: 'Update', time }] } });

  test('is there no more: refused', () => {
    expect(refusal(() => plan(facts, { references: [reference('ConfigMap', 'hashring', { state: 'missing' })] }))).toEqual({
      code: 'references.missing',
      params: { target: 'statefulset/thanos-receive', revision: '6 (64696cc595)', missing: [{ kind: 'ConfigMap', name: 'hashring', usedAs: 'volumes[hashring]' }] },
    });
  });

  test('an optional one may be missing', () => {
    expect(plan(facts, { references: [reference('Secret', 'extra', { state: 'missing' })] }).target.action).toBe('change');
  });

  test('could not be looked at: said, not refused', () => {
    const unknown = reference('ConfigMap', 'hashring', { state: 'unknown', missing: [{ verb: 'get', resource: 'configmaps', group: '' }] });
    expect(noteOf(plan(facts, { references: [unknown] }), 'reference-unknown')).toEqual({ kind: 'ConfigMap', name: 'hashring', detail: 'get configmaps' });
  });

  const times: [string, string, boolean][] = [
    ['after the bad roll-out', '2026-11-22T03:15:00Z', true],
    ['minutes before it: the same change set', '2026-11-22T03:10:00Z', true],
    ['days before it: the good revision ran with it', '2026-11-15T00:00:00Z', false],
    ['before the good revision was made', '2026-11-01T00:00:00Z', false],
  ];
  test.each(times)('written %s', (_name, time, isNoted) => {
    const planned = plan(facts, { references: [reference('ConfigMap', 'hashring', writtenAt(time))] });
    expect(noteOf(planned, 'reference-changed')).toEqual(isNoted ? { kind: 'ConfigMap', name: 'hashring', changedAt: time, usedAs: 'volumes[hashring]' } : undefined);
  });

  test('a revision made after the change is not warned about', () => {
    const young = stuckRollout({ revisions: [{ ...revisions[1]!, template: withConfig, created: '03:05:00' }, revisions[2]!] });
    expect(noteOf(plan(young, { references: [reference('ConfigMap', 'hashring', writtenAt('2026-11-22T03:00:00Z'))] }), 'reference-changed')).toBeUndefined();
  });

  test('claims are written by controllers all the time', () => {
    const claim = templateOfImage('v0.41.0', { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'hashring' } }] });
    const withClaim = stuckRollout({ revisions: [{ ...revisions[1]!, template: claim }, revisions[2]!] });
    expect(noteOf(plan(withClaim, { references: [reference('PersistentVolumeClaim', 'hashring', writtenAt('2026-11-22T03:15:00Z'))] }), 'reference-changed')).toBeUndefined();
  });
});

describe('strategies', () => {
  test('partition', () => {
    const facts = stuckRollout({ spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } } });
    expect(noteOf(plan(facts), 'partition')).toEqual({ partition: 2, replicas: 3 });
  });

  test('OnDelete: healthy pods of another revision stay', () => {
    const facts = stuckRollout({ spec: { updateStrategy: { type: 'OnDelete' } } });
    expect(noteOf(plan(facts, { choice: { kind: 'number', value: 5 } }), 'on-delete')).toEqual({ pods: ['thanos-receive-0', 'thanos-receive-1'] });
    expect(noteOf(plan(facts), 'on-delete')).toBeUndefined();
  });

  test('Recreate', () => {
    expect(noteOf(plan(stuckRollout({ kind: 'Deployment', spec: { strategy: { type: 'Recreate' } } })), 'recreate-strategy')).toEqual({ replicas: 3 });
  });

  test('minReadySeconds goes into the wait', () => {
    expect(plan(stuckRollout({ spec: { minReadySeconds: 30 } })).steps.at(-1)!.params['minReadySeconds']).toBe(30);
  });

  test('an ordinary set has none of these notes', () => {
    const codes = plan(stuckRollout()).notes.map(({ code }) => code);
    expect(codes).toEqual(['will-evict']);
  });
});

describe('who would put it back', () => {
  const writer = (manager: string, operation = 'Update', time = '2026-11-22T03:12:00Z'): JsonObject => ({ manager, operation, time, fieldsV1: { 'f:spec': { 'f:template': {} } } });
  const lastApplied = { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"spec":{"replicas":3}}' } };
  const table: [string, JsonObject, string | undefined][] = [
    ['kubectl apply', { managedFields: [writer('kubectl-client-side-apply')] }, 'kubectl-apply'],
    ['kubectl apply --server-side', { managedFields: [writer('kubectl', 'Apply')] }, 'kubectl-apply'],
    ['Helm', { managedFields: [writer('helm')] }, 'helm'],
    ['Argo CD, even when somebody has edited since', { managedFields: [writer('argocd-controller', 'Apply', '2026-11-01T00:00:00Z'), writer('kubectl-edit')] }, 'argocd-controller'],
    ['a person with kubectl edit', { managedFields: [writer('kubectl-edit')] }, undefined],
    ['an undo', { managedFields: [writer('kubectl')] }, undefined],
    ['this tool', { managedFields: [writer('kubectl-rollback')] }, undefined],
    ['an edit of what kubectl applied', { managedFields: [writer('kubectl-edit')], ...lastApplied }, 'kubectl-apply'],
    ['nobody known', {}, undefined],
  ];
  test.each(table)('%s', (_name, metadata, how) => {
    const planned = plan(stuckRollout({ metadata }));
    expect(noteOf(planned, 'put-back-by')).toEqual(how === undefined ? undefined : { target: 'statefulset/thanos-receive', how });
    // A manifest that kubectl applied is no owner; a program is the hint of one.
    expect(planned.target.seen?.program?.name).toBe(how === 'kubectl-apply' ? undefined : how);
  });

  test('what may not be looked at, where no owner is known', () => {
    const unread = [{ verb: 'list', resource: 'applications', group: 'argoproj.io' }];
    expect(plan(stuckRollout(), { ownership: { ...unowned, unread } }).target.seen).toMatchObject({ ownersUnread: unread });
    expect(plan(stuckRollout(), { ownership: { ...byOperator, unread }, withoutHold: true }).target.seen?.ownersUnread).toBeUndefined();
  });

  test('no hint of an owner where one is known', () => {
    const metadata = { managedFields: [writer('helm')] };
    expect(plan(stuckRollout({ metadata }), { ownership: byOperator, withoutHold: true }).target.seen?.program).toBeUndefined();
  });

  test('last-applied stays at the bad version (kubectl#1301)', () => {
    expect(noteOf(plan(stuckRollout({ metadata: lastApplied })), 'last-applied')).toEqual({ target: 'statefulset/thanos-receive' });
  });

  test('not kubectl apply, when what it applied last is the revision to go back to', () => {
    const applied = JSON.stringify({ spec: { template: good } });
    const facts = stuckRollout({ metadata: { managedFields: [writer('kubectl-client-side-apply'), writer('kubectl-set')], annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied } } });
    expect(plan(facts).notes.map(({ code }) => code)).toEqual(['will-evict']);
    expect(plan(facts, { choice: { kind: 'number', value: 5 } }).notes.map(({ code }) => code)).toContain('last-applied');
  });
});

describe('how the choice is told', () => {
  test('kubectl would have taken another one', () => {
    const facts = stuckRollout({ pods: [{ name: 'x-0', hash: '5555555555' }] });
    expect(noteOf(plan(facts), 'previous-differs')).toEqual({ previous: '6 (64696cc595)', chosen: '5 (5555555555)' });
    expect(noteOf(plan(facts, { choice: { kind: 'previous' } }), 'rule-differs')).toEqual({ previous: '6 (64696cc595)', ruled: '5 (5555555555)' });
    expect(noteOf(plan(facts, { choice: { kind: 'number', value: 5 } }), 'previous-differs')).toBeUndefined();
  });

  test('going back to a revision that was left', () => {
    const left = [{ uid: 'uid-workload', hash: '64696cc595', runId: 'r-7k2m4d' }];
    expect(noteOf(plan(stuckRollout(), { left, choice: { kind: 'previous' } }), 'goes-back-to-left')).toEqual({ revision: '6 (64696cc595)', runId: 'r-7k2m4d' });
  });

  test('a template that no revision has yet is told by its images', () => {
    const facts = factsOf({ revisions, spec: { template: templateOfImage('v9') }, pods: [{ name: 'x-0', hash: '64696cc595' }] });
    expect(plan(facts).target).toMatchObject({ from: { hash: '', images: ['quay.io/thanos/thanos:v9'] }, to: { hash: '64696cc595' } });
  });
});

describe('what a plan is based on', () => {
  const basis = (given: Partial<FactsGiven>, more: Partial<WorkloadPlanInput> = {}) => plan(stuckRollout(given), { choice: { kind: 'number', value: 6 }, ...more }).target;
  const before = basis({});
  const moving: [string, Partial<FactsGiven>][] = [
    ['template', { spec: { template: templateOfImage('v9') } }],
    ['updateStrategy', { spec: { updateStrategy: { type: 'OnDelete' } } }],
    ['uid', { metadata: { uid: 'uid-new' } }],
    ['targetRevision', { revisions: [revisions[0]!, { ...revisions[1]!, template: templateOfImage('v0.41.1') }, revisions[2]!] }],
  ];
  test.each(moving)('%s: named when it changes', (field, given) => {
    const after = basis(given);
    expect(after.basisDigest).not.toBe(before.basisDigest);
    expect(Object.keys(before.basis).filter((key) => before.basis[key] !== after.basis[key])).toEqual([field]);
  });

  test('resourceVersion, generation, status, annotations and replicas are not part of it', () => {
    expect(basis({ metadata: { resourceVersion: '1', generation: 99, annotations: { a: 'b' } }, spec: { replicas: 5 } }).basisDigest).toBe(before.basisDigest);
  });

  test('paused: named when it changes', () => {
    const [before, after] = [false, true].map((paused) => basisOf(stuckRollout({ kind: 'Deployment', spec: { paused } }).object, undefined, { withReplicas: false }));
    expect(changedFields(before!, after!)).toEqual(['paused']);
  });

  test('a field that was not looked at is not called changed', () => {
    expect(changedFields({ uid: 'a', targetRevision: 'b', replicas: 'c' }, { uid: 'a' })).toEqual([]);
  });

  test('replicas are, when the plan writes them', () => {
    expect(Object.keys(basis({}, { replicas: 5 }).basis)).toContain('replicas');
  });
});

test('facts and good templates are left as they are', () => {
  const facts = stuckRollout();
  const copies = structuredClone([facts, good, bad]);
  plan(facts, { replicas: 1 });
  expect([facts, good, bad]).toEqual(copies);
});

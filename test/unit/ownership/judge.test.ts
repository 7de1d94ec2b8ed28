import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import { ownerMarksOf } from '../../../lib/formats/owner-marks.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';
import type { OwnerFact, OwnershipFacts } from '../../../lib/ownership/facts.ts';
import { judgeOwnership } from '../../../lib/ownership/judge.ts';

function object(kind: string, name: string, metadata: JsonObject = {}, more: JsonObject = {}): KubeObject {
  const apiVersion = { StatefulSet: 'apps/v1', Deployment: 'apps/v1', Prometheus: 'monitoring.coreos.com/v1', Application: 'argoproj.io/v1alpha1' }[kind] ?? 'v1';
  return { apiVersion, kind, metadata: { name, namespace: 'monitoring', uid: `uid-${name}`, ...metadata }, ...more } as unknown as KubeObject;
}

const helmMarks = { labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: { 'meta.helm.sh/release-name': 'kps', 'meta.helm.sh/release-namespace': 'monitoring' } };
const tracked = (id: string, more: Record<string, string> = {}) => ({ annotations: { 'argocd.argoproj.io/tracking-id': id, ...more } });
const own = 'thanos:apps/StatefulSet:monitoring/receive';
const fluxMarks = { 'kustomize.toolkit.fluxcd.io/name': 'infra', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };

/** Facts of a target whose marks were looked up with the given findings, in the order of the marks. */
function facts(target: KubeObject, found: Partial<OwnerFact>[], autoscalers: JsonObject[] = []): OwnershipFacts {
  const owners = ownerMarksOf(target).map((mark, at): OwnerFact => ({ mark, of: target, state: 'found', unread: [], objects: [], ...found[at] }));
  return { object: target, owners, autoscalers, unread: [] };
}

const held = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: undefined, name: 'receive' };
const release = (change: JsonObject = {}, revisions = [{ revision: 12, status: 'superseded' }, { revision: 13, status: 'failed' }, { revision: 14, status: 'deployed' }]) => ({
  newest: { name: 'kps', namespace: 'monitoring', revision: 14, status: 'deployed', deployedAt: '2026-11-23T03:12:00Z', objects: [held, { ...held, name: 'other' }], ...change } as NonNullable<OwnerFact['release']>['newest'],
  revisions,
});
const application = (spec: JsonObject = {}, status: JsonObject = {}): KubeObject =>
  object('Application', 'thanos', { namespace: 'argocd' }, {
    spec: { source: { repoURL: 'https://git/infra', path: 'thanos' }, ...spec },
    status: { sync: { status: 'Synced', revision: 'new' }, history: [{ id: 3, revision: 'old' }, { id: 4, revision: 'new' }], resources: [{ group: 'apps', kind: 'StatefulSet', name: 'receive', namespace: 'monitoring' }], ...status },
  });
const applications = (...objects: KubeObject[]) => ({ objects: objects.map((one) => ({ object: one, resource: 'applications.argoproj.io', above: [] })) });

const judge = (target: KubeObject, found: Partial<OwnerFact>[] = [], autoscalers: JsonObject[] = []) => judgeOwnership(facts(target, found, autoscalers), ' -n monitoring --context=prod');
const receive = (metadata: JsonObject = {}) => object('StatefulSet', 'receive', metadata);

test('nobody above', () => {
  const nobody = { owners: [], putBack: [], advice: [], contested: [], void: [], drivers: [], unread: [], unlisted: [] };
  expect(judge(receive())).toEqual(nobody);
  expect(judge(receive({ labels: { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'kps' } }), [applications()])).toEqual(nobody);
  expect(judge(receive({ annotations: helmMarks.annotations }))).toEqual(nobody);
  expect(judge(receive({ ownerReferences: [{ kind: 'Prometheus', name: 'x', uid: 'u' }] }))).toEqual(nobody);
});

describe('a controller', () => {
  const reference = { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', name: 'kps', uid: 'uid-kps', controller: true };
  const made = receive({ ownerReferences: [reference], ...helmMarks, annotations: { ...helmMarks.annotations, ...tracked(own).annotations } });

  test('is the only owner, whatever marks were copied, and its own manager is above it', () => {
    const resource = 'prometheuses.monitoring.coreos.com';
    const kps = object('Prometheus', 'kps', helmMarks);
    const above = facts(kps, [{ release: release({ objects: [{ ...held, apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', name: 'kps' }] } as never) }]).owners;
    const judged = judge(made, [{ objects: [{ object: kps, resource, above }] }]);
    expect(judged.owners.map(({ name, of, how, seen }) => [name, of, how, seen])).toEqual([
      ['prometheus/kps', 'statefulset/receive', 'owner-reference', 'confirmed'],
      ['kps', 'prometheus/kps', 'helm-annotations', 'confirmed'],
    ]);
    expect(judged.putBack).toEqual([{ by: 'prometheus/kps', when: 'at-once' }]);
    expect(judged.advice).toEqual([{ what: 'helm-rollback', command: 'helm rollback kps 12 -n monitoring --kube-context=prod', revision: '12', objects: 1 }]);
    const alone = judge(made, [{ objects: [{ object: object('Prometheus', 'kps'), resource, above: [] }] }]);
    expect(alone.advice).toMatchObject([{ what: 'edit', command: 'kubectl edit prometheuses.monitoring.coreos.com/kps -n monitoring --context=prod', objects: 1 }]);
  });

  test.each([
    ['may not be read', { state: 'unread', unread: [{ verb: 'get', resource: 'prometheuses', group: 'monitoring.coreos.com' }] }, 'unread', 'at-once'],
    ['is gone', { state: 'missing' }, 'gone', 'unknown'],
    ['was made anew', { objects: [{ object: object('Prometheus', 'kps', { uid: 'another' }), resource: 'r', above: [] }] }, 'gone', 'unknown'],
  ] as const)('that %s still counts', (_name, found, seen, when) => {
    const judged = judge(made, [found as unknown as Partial<OwnerFact>]);
    expect(judged).toMatchObject({ owners: [{ name: 'prometheus/kps', seen }], putBack: [{ when }], advice: [{ what: 'edit', command: 'kubectl edit prometheus.v1.monitoring.coreos.com/kps -n monitoring --context=prod' }] });
  });
});

describe('Helm', () => {
  test.each([
    ['holds it', { release: release() }, 1, []],
    ['has another object of that name', { release: release({ objects: [{ ...held, kind: 'Service' }] } as never) }, 0, [{ mark: 'kps', why: 'not-in-release' }]],
    ['has it in another namespace', { release: release({ objects: [{ ...held, namespace: 'other' }] }) }, 0, [{ mark: 'kps', why: 'not-in-release' }]],
    ['has a manifest that cannot be read', { release: release({ objects: undefined } as never) }, 1, []],
    ['is not there', { state: 'missing' }, 0, [{ mark: 'kps', why: 'no-release' }]],
    ['may not be looked at', { state: 'unread', unread: [{ verb: 'list', resource: 'secrets', group: '' }] }, 1, []],
  ] as const)('%s', (_name, found, owners, voided) => {
    const judged = judge(receive(helmMarks), [found as unknown as Partial<OwnerFact>]);
    expect([judged.owners.length, judged.void]).toEqual([owners, voided]);
  });

  test('never goes back to a failed revision, and only looks when there is no other', () => {
    const failedOnly = { release: release({}, [{ revision: 13, status: 'failed' }, { revision: 14, status: 'deployed' }]) };
    expect(judge(receive(helmMarks), [{ release: release() }]).advice[0]!.command).toMatch(/^helm rollback kps 12 /);
    expect(judge(receive(helmMarks), [failedOnly]).advice).toMatchObject([{ what: 'helm-history', command: 'helm history kps -n monitoring --kube-context=prod' }]);
    expect(judge(receive(helmMarks), [{ release: release() }]).putBack).toEqual([{ by: 'kps', when: 'next-upgrade' }]);
  });
});

describe('Argo CD', () => {
  const automatic = application({ source: { repoURL: 'https://git/infra', path: 'thanos' }, syncPolicy: { automated: { selfHeal: true } } });
  test.each([
    ['without automatic sync', application(), 'next-sync', { what: 'argocd-rollback', command: 'argocd app rollback argocd/thanos 3', revision: 'old' }],
    ['with self-heal', automatic, 'self-heal', { what: 'git', command: 'git log --oneline old..new -- thanos', where: 'https://git/infra' }],
    ['with automatic sync turned off', application({ syncPolicy: { automated: { enabled: false, selfHeal: true } } }), 'next-sync', { what: 'argocd-rollback' }],
    ['after a failed sync the newest history entry is the good one', application({}, { operationState: { syncResult: { revision: 'newer' } } }), 'next-sync', { command: 'argocd app rollback argocd/thanos 4' }],
    ['without history', application({}, { history: [] }), 'next-sync', { what: 'argocd-history', command: 'argocd app history argocd/thanos' }],
  ])('%s', (_name, found, when, advice) => {
    expect(judge(receive(tracked(own)), [applications(found)])).toMatchObject({ owners: [{ name: 'application/thanos', namespace: 'argocd', how: 'tracking-id', objects: 1 }], putBack: [{ when }], advice: [advice] });
  });

  test.each([
    ['another kind', 'thanos:apps/Deployment:monitoring/receive'],
    ['another group', 'thanos:/StatefulSet:monitoring/receive'],
    ['another namespace', 'thanos:apps/StatefulSet:other/receive'],
    ['another name', 'thanos:apps/StatefulSet:monitoring/receive-0'],
  ])('a tracking-id of %s was copied', (_name, id) => {
    expect(judge(receive(tracked(id)), [applications(application())])).toMatchObject({ owners: [], void: [{ mark: 'thanos', why: 'names-another' }] });
  });

  test.each([
    ['no Application here: it may be in another cluster', { state: 'missing' }, {}, 'elsewhere'],
    ['no CRD here', { state: 'not-served' }, {}, 'elsewhere'],
    ['not readable', { state: 'unread' }, {}, 'unread'],
    ['another installation id', { ...applications(application()), settings: { data: { installationID: 'edge' } } }, {}, 'elsewhere'],
    ['the same installation id', { ...applications(application()), settings: { data: { installationID: 'hub' } } }, { 'argocd.argoproj.io/installation-id': 'hub' }, 'confirmed'],
  ])('%s: it counts, and says what was seen', (_name, found, annotations, seen) => {
    expect(judge(receive(tracked(own, annotations)), [found as Partial<OwnerFact>]).owners).toMatchObject([{ name: 'application/thanos', seen }]);
  });

  test('the instance label counts only when an Application lists the object', () => {
    const labelled = receive({ labels: { 'app.kubernetes.io/instance': 'thanos' } });
    expect(judge(labelled, [applications(application())]).owners).toMatchObject([{ how: 'instance-label' }]);
    expect(judge(labelled, [applications(application({}, { resources: [] }))]).owners).toEqual([]);
    expect(judge(labelled, [{ ...applications(application()), settings: { data: { 'application.instanceLabelKey': 'team/app' } } }]).owners).toEqual([]);
    expect(judge(receive({ labels: { 'argocd.argoproj.io/instance': 'thanos', 'app.kubernetes.io/instance': 'kps' } }), [applications(application())]).owners).toMatchObject([{ name: 'application/thanos' }]);
    // Nobody is known, and that is not the same as nobody.
    const unread = [{ verb: 'list', resource: 'applications', group: 'argoproj.io' }];
    expect(judge(labelled, [{ state: 'unread', unread }])).toMatchObject({ owners: [], unread });
  });

  test('where tracking is by label, an old annotation does not count', () => {
    const settings = { data: { 'application.resourceTrackingMethod': 'label' } };
    expect(judge(receive(tracked(own)), [{ ...applications(application({}, { resources: [] })), settings }])).toMatchObject({ owners: [], void: [{ why: 'not-listed' }] });
  });

  test('an Application in a namespace of its own is named so', () => {
    expect(ownerMarksOf(receive(tracked(own.replace('thanos:', 'team_thanos:'))))).toMatchObject([{ application: 'thanos', namespace: 'team', namesItself: true }]);
  });
});

describe('several managers', () => {
  test('of one object are all told', () => {
    const both = receive({ labels: { ...helmMarks.labels, ...fluxMarks }, annotations: { ...helmMarks.annotations, ...tracked(own).annotations } });
    const judged = judge(both, [{ release: release() }, applications(application()), { objects: [] , state: 'not-served' }]);
    expect(judged.owners.map(({ kind }) => kind)).toEqual(['helm', 'argocd', 'flux']);
    expect([judged.contested, judged.advice.length, judged.putBack.length]).toEqual([['statefulset/receive'], 3, 3]);
  });

  test('Flux over Helm is one: helm rollback would be upgraded again', () => {
    const labels = { ...helmMarks.labels, 'helm.toolkit.fluxcd.io/name': 'kps', 'helm.toolkit.fluxcd.io/namespace': 'flux' };
    const judged = judge(receive({ ...helmMarks, labels }), [{ release: release() }, { objects: [{ object: object('HelmRelease', 'kps', {}, { spec: { suspend: true } }), resource: 'r', above: [] }] }]);
    expect(judged.contested).toEqual([]);
    expect(judged.advice).toMatchObject([{ what: 'flux', command: 'flux reconcile helmrelease kps -n flux --with-source' }]);
    expect(judged.putBack).toContainEqual({ by: 'helmrelease/kps', when: 'resumed' });
  });
});

test('autoscalers of the target and of its custom resource', () => {
  const reference = { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', name: 'kps', uid: 'uid-kps', controller: true };
  const scaler = (kind: string, name: string, spec: JsonObject): JsonObject => ({ kind, metadata: { name }, spec });
  const autoscalers = [
    scaler('HorizontalPodAutoscaler', 'load', { scaleTargetRef: { kind: 'Prometheus', name: 'kps' }, maxReplicas: 4 }),
    scaler('HorizontalPodAutoscaler', 'of-another', { scaleTargetRef: { kind: 'Prometheus', name: 'other' }, maxReplicas: 4 }),
    scaler('VerticalPodAutoscaler', 'size', { targetRef: { kind: 'StatefulSet', name: 'receive' } }),
    scaler('VerticalPodAutoscaler', 'advice', { targetRef: { kind: 'StatefulSet', name: 'receive' }, updatePolicy: { updateMode: 'Off' } }),
  ];
  const judged = judge(receive({ ownerReferences: [reference] }), [{ objects: [{ object: object('Prometheus', 'kps'), resource: 'r', above: [] }] }], autoscalers);
  expect(judged.drivers).toEqual([{ by: 'verticalpodautoscaler/size', what: 'resources' }, { by: 'horizontalpodautoscaler/load', what: 'replicas', min: 1, max: 4 }]);
});

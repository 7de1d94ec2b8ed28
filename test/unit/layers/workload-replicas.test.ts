import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import { planWorkload } from '../../../lib/layers/workload/plan.ts';
import type { WorkloadPlanInput } from '../../../lib/layers/workload/plan.ts';
import type { WorkloadFacts } from '../../../lib/layers/workload/facts.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { now, options, revisions, stuckRollout, unowned } from './workload-facts.ts';

function plan(facts: WorkloadFacts, more: Partial<WorkloadPlanInput> = {}) {
  return planWorkload({ facts, references: [], choice: { kind: 'default' }, options, left: [], now, ownership: unowned, flagsForHints: '', ...more });
}
const noted = (planned: ReturnType<typeof plan>, code: string): unknown => planned.notes.find((note) => note.code === code)?.params;

const scaled = (time: string, more: JsonObject = {}): JsonObject => ({ manager: 'kubectl', operation: 'Update', subresource: 'scale', time, fieldsV1: { 'f:spec': { 'f:replicas': {} } }, ...more });
const applied = (replicas: number): JsonObject => ({ 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { replicas } }) });
const autoscaler = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'query' }, spec: { minReplicas: 2, maxReplicas: 8 } } as unknown as KubeObject;

describe('replicas that changed near the trouble', () => {
  const facts = (metadata: JsonObject, replicas = 1) => stuckRollout({ spec: { replicas }, metadata });

  test('scaled by hand minutes before the bad roll-out', () => {
    expect(noted(plan(facts({ managedFields: [scaled('2026-11-22T03:10:00Z')] })), 'replicas-changed')).toEqual({ now: 1, manager: 'kubectl (scale)', at: '2026-11-22T03:10:00Z' });
  });

  test('scaled days ago: not a part of it', () => {
    expect(noted(plan(facts({ managedFields: [scaled('2026-11-20T03:10:00Z')] })), 'replicas-changed')).toBeUndefined();
  });

  test('other than what kubectl applied, whenever that was', () => {
    expect(noted(plan(facts({ managedFields: [scaled('2026-11-20T03:10:00Z')], annotations: applied(3) })), 'replicas-changed')).toEqual({ now: 1, previous: 3, manager: 'kubectl (scale)', at: '2026-11-20T03:10:00Z' });
  });

  test('an apply writes template and replicas at once: its time alone says nothing', () => {
    const both = { manager: 'kubectl-client-side-apply', operation: 'Update', time: '2026-11-22T03:12:00Z', fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:template': {} } } };
    expect(noted(plan(facts({ managedFields: [both], annotations: applied(1) })), 'replicas-changed')).toBeUndefined();
  });

  test('driven by an autoscaler: its writes are no trouble', () => {
    const driven = stuckRollout({ metadata: { managedFields: [scaled('2026-11-22T03:10:00Z')] }, more: { autoscalers: [autoscaler] } });
    expect(noted(plan(driven), 'replicas-changed')).toBeUndefined();
    expect(noted(plan(driven, { replicas: 5 }), 'replicas-driven')).toEqual({ by: 'horizontalpodautoscaler/query', min: 2, max: 8 });
  });
});

describe('going back to a number of replicas', () => {
  test('evidence, template, replicas, wait: in this order, growing or shrinking', () => {
    for (const replicas of [1, 5]) {
      const planned = plan(stuckRollout(), { replicas });
      expect(planned.steps.map(({ kind }) => kind)).toEqual(['keep-evidence', 'patch-template', 'set-replicas', 'wait-rollout']);
      expect(planned.steps[2]!.params).toMatchObject({ from: 3, to: replicas });
      expect(planned.target.changes.at(-1)).toEqual({ path: 'replicas', from: '3', to: String(replicas) });
    }
  });

  test('the number that is there: no step', () => {
    expect(plan(stuckRollout(), { replicas: 3 }).steps.map(({ kind }) => kind)).not.toContain('set-replicas');
  });

  test('only the replicas, when the template is right', () => {
    const planned = plan(stuckRollout({ pods: [] }), { choice: { kind: 'number', value: 7 }, replicas: 5 });
    expect(planned.target).toMatchObject({ action: 'change', changes: [{ path: 'replicas', from: '3', to: '5' }] });
    expect(planned.steps.map(({ kind }) => kind)).toEqual(['keep-evidence', 'set-replicas', 'wait-rollout']);
    expect(planned.needs).toContainEqual(expect.objectContaining({ verb: 'patch' }));
  });

  test('previous: what kubectl applied', () => {
    const planned = plan(stuckRollout({ spec: { replicas: 1 }, metadata: { annotations: applied(3) } }), { replicas: 'previous' });
    expect(planned.steps[2]!.params).toMatchObject({ from: 1, to: 3 });
  });

  test('previous: what the Deployment had when the revision was last scaled', () => {
    const annotated = revisions.map((revision) => ({ ...revision, annotations: { 'deployment.kubernetes.io/desired-replicas': revision.number === 6 ? '4' : '1' } }));
    const planned = plan(stuckRollout({ kind: 'Deployment', revisions: annotated, spec: { replicas: 1 } }), { replicas: 'previous' });
    expect(planned.steps[2]!.params).toMatchObject({ from: 1, to: 4 });
  });
});

describe('a smaller StatefulSet', () => {
  const spec = { volumeClaimTemplates: [{ metadata: { name: 'data' } }, { metadata: { name: 'wal' } }] };
  const claims = ['data-thanos-receive-0', 'data-thanos-receive-1', 'data-thanos-receive-2', 'wal-thanos-receive-2', 'data-other-2'];

  test('names the ordinals that stop and the claims that stay', () => {
    const planned = plan(stuckRollout({ spec, more: { claims } }), { replicas: 1 });
    expect(noted(planned, 'scale-down')).toEqual({ ordinals: [1, 2], claims: ['data-thanos-receive-1', 'data-thanos-receive-2', 'wal-thanos-receive-2'], whenScaled: 'Retain' });
    expect(planned.confirmation).toEqual({ kind: 'yes' });
  });

  test('whenScaled: Delete loses data, so the name must be typed', () => {
    const deleting = { ...spec, persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' } };
    const planned = plan(stuckRollout({ spec: deleting, more: { claims } }), { replicas: 2 });
    expect(planned.confirmation).toMatchObject({ kind: 'type-name', name: 'thanos-receive', because: { code: 'scale-down', params: { ordinals: [2], whenScaled: 'Delete' } } });
  });

  test('claims that could not be listed count as there', () => {
    const deleting = { ...spec, persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } };
    const planned = plan(stuckRollout({ spec: deleting, more: { claims: [], unread: [{ what: 'claims', missing: [] }] } }), { replicas: 2 });
    expect(planned.confirmation.kind).toBe('type-name');
  });

  test('ordinals begin where the set says', () => {
    expect(noted(plan(stuckRollout({ spec: { ordinals: { start: 5 } } }), { replicas: 2 }), 'scale-down')).toMatchObject({ ordinals: [7] });
  });

  test('a larger set and a Deployment stop nothing that has a name', () => {
    expect(noted(plan(stuckRollout({ spec }), { replicas: 5 }), 'scale-down')).toBeUndefined();
    expect(noted(plan(stuckRollout({ kind: 'Deployment' }), { replicas: 1 }), 'scale-down')).toBeUndefined();
  });
});

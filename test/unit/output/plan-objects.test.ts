import { expect, test } from 'vitest';
import { english } from '../../../lib/output/messages/en.ts';
import { korean } from '../../../lib/output/messages/ko.ts';
import { widthOf } from '../../../lib/output/lines.ts';
import { renderPlan } from '../../../lib/output/plan.ts';
import { checkPlan } from '../../../lib/run/plan-schema.ts';
import type { ObjectTarget } from '../../../lib/run/plan.ts';
import { now, samplePlan } from './sample-plan.ts';

const ref = (kind: string, name: string, namespace = 'monitoring') => ({ apiVersion: 'v1', kind, resource: `${kind.toLowerCase()}s`, namespace, name, uid: '' });
const source = { kind: 'snapshot', id: 's-20261122-0250', takenAt: '2026-11-23T00:21:00Z', place: 's3://backups/prod' } as const;
const target = (change: Partial<ObjectTarget> & Pick<ObjectTarget, 'object' | 'verb'>): ObjectTarget => ({ layer: 'object', action: 'change', source, basis: {}, basisDigest: 'sha256:aa', changes: [], ...change });

const targets = [
  target({ object: ref('ConfigMap', 'rules'), verb: 'update', wantedDigest: 'sha256:bb', changes: [{ path: 'data.interval', from: '30s', to: '15s' }] }),
  target({ object: ref('Secret', 'objstore'), verb: 'update', changes: [{ path: 'data[objstore.yml]', from: '(211 bytes)', to: '(209 bytes)', hidden: true }] }),
  target({ object: ref('Secret', 'cert'), verb: 'recreate', because: { code: 'immutable', params: { fields: ['data'] } } }),
  target({ object: ref('StatefulSet', 'prometheus-k8s'), verb: 'skip', action: 'noop', because: { code: 'owned', params: { owner: 'prometheus/k8s' } } }),
  target({ object: ref('ConfigMap', 'as-it-was'), verb: 'noop', action: 'noop' }),
  target({ object: ref('ClusterRole', 'prometheus', ''), verb: 'create' }),
];
const plan = samplePlan({ purpose: 'restore', targets, steps: [], notes: [] });

test('objects: where from, how many of each, then each namespace; what stays is only counted', () => {
  const style = { colour: false, isTerminal: true, columns: 80, wide: false };
  const text = renderPlan({ plan, messages: english, style, now });
  expect(text).toBe(`\
from snapshot s-20261122-0250, taken 3h ago, of s3://backups/prod
  context cluster-03 (https://10.0.3.1:6443)
1 to delete and create again, 2 to update, 1 to create, 1 skipped, 1 as wanted
already

cluster-scoped
  create     clusterrole/prometheus

namespace monitoring
  recreate   secret/cert   data cannot be changed
  update     configmap/rules
    data.interval  30s → 15s
  update     secret/objstore
    data[objstore.yml]  (211 bytes) → (209 bytes)
  skip       statefulset/prometheus-k8s   prometheus/k8s makes it
`);
});

test.each([english, korean])('objects: no line is wider than the terminal: %#', (messages) => {
  const style = { colour: false, isTerminal: true, columns: 60, wide: false };
  const text = renderPlan({ plan, messages, style, now });
  expect(text.split('\n').filter((line) => widthOf(line) > 60)).toEqual([]);
});

test('a saved plan with objects is held to its schema', () => {
  const saved = JSON.parse(JSON.stringify(plan)) as { targets: Record<string, unknown>[] };
  expect(checkPlan(saved)).toHaveProperty('plan');
  saved.targets[0]!['verb'] = 'destroy';
  expect(checkPlan(saved)).toEqual({ wrong: expect.stringMatching(/^targets\.0\.verb/) });
});

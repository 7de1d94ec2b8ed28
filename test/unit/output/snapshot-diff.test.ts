import { describe, expect, test } from 'vitest';
import { RetraceError } from '../../../lib/core/errors.ts';
import { widthOf } from '../../../lib/output/lines.ts';
import { english } from '../../../lib/output/messages/en.ts';
import { korean } from '../../../lib/output/messages/ko.ts';
import { renderSnapshotDiff } from '../../../lib/output/snapshot-diff.ts';
import { plainStyle, type Style } from '../../../lib/output/style.ts';
import type { SnapshotDiff } from '../../../lib/procedure/snapshot-diff.ts';
import type { UsedDifference } from '../../../lib/procedure/users-of-changes.ts';

const now = new Date('2026-11-22T05:50:12Z');
const cluster = { contextName: 'cluster-03', server: 'https://10.0.3.1:6443', uid: 'u' };
const ref = (kind: string, name: string, namespace = 'monitoring') => ({ apiVersion: 'v1', kind, namespace, name });
const user = (kind: string, name: string, restart: 'needed' | 'perhaps' | 'not-needed', reads: 'reloads' | 'later' | 'at-start' = 'reloads'): NonNullable<UsedDifference['usedBy']>[number] => ({
  object: { ...ref(kind, name), resource: '', uid: name }, restart, owners: [], uses: [{ usedAs: 'envFrom', reads, because: 'environment', source: { kind: 'ConfigMap', namespace: 'monitoring', name: 'x' } }],
});

const objects: UsedDifference[] = [
  { object: ref('StorageClass', 'longhorn', ''), change: 'unknown', why: 'not-captured', owned: false, changes: [] },
  { object: ref('ConfigMap', 'thanos-receive-hashring'), change: 'changed', owned: false, changes: [{ path: 'data[hashrings.json]', from: '{\n  "endpoints": ["a", "b"]\n}\n', to: '{\n  "endpoints": ["a"]\n}\n' }], usedBy: [user('StatefulSet', 'thanos-receive', 'not-needed'), user('Deployment', 'thanos-query', 'needed', 'at-start'), user('CronJob', 'report', 'not-needed', 'later')] },
  { object: ref('Secret', 'thanos-objstore'), change: 'changed', owned: false, changes: [{ path: 'data[objstore.yml]', from: '(211 bytes)', to: '(209 bytes)', hidden: true }] },
  { object: ref('Service', 'debug'), change: 'added', owned: false, changes: [] },
  { object: ref('Service', 'evil\u001b[2J'), change: 'gone', owned: false, changes: [] },
  { object: ref('ConfigMap', 'made'), change: 'changed', owned: true, changes: [] },
];
const diff = (changes: Partial<SnapshotDiff> = {}): SnapshotDiff => ({
  apiVersion: 'retrace/v1', kind: 'SnapshotDiff', isOtherCluster: false, compared: 1284, counts: { changed: 3, added: 1, gone: 1, unknown: 1 }, objects,
  from: { snapshot: 's-20261122-0250', at: '2026-11-22T02:50:12Z', cluster, gaps: [] }, to: { at: now.toISOString(), cluster, gaps: [] }, ...changes,
});
const terminal: Style = { ...plainStyle, isTerminal: true, columns: 80 };

describe('what differs since a snapshot', () => {
  test('by namespace, with who reads it, and counts at the end', () => {
    expect(renderSnapshotDiff(diff(), english, terminal, now)).toBe(`s-20261122-0250 (3h ago) → now

cluster-scoped
? storageclass/longhorn
    not known: one side did not look at it, or could not

namespace monitoring
~ configmap/thanos-receive-hashring   1 key changed
  used by statefulset/thanos-receive (reads it live), deployment/thanos-query
  (needs a restart) and cronjob/report (reads it at its next use)
    data[hashrings.json]
      {
    -   "endpoints": ["a", "b"]
    +   "endpoints": ["a"]
      }
~ secret/thanos-objstore              1 key changed, values not shown
    data[objstore.yml]  (211 bytes) → (209 bytes)
+ service/debug                       added since
- service/evil\\u001b[2J               gone since

1 object that controllers make from others differs too (-o wide lists them)
3 changed, 1 added, 1 gone, 1 not known
`);
  });

  test('never wider than the terminal, in both languages; wide has all', () => {
    for (const messages of [english, korean]) for (const columns of [60, 80]) {
      for (const line of renderSnapshotDiff(diff(), messages, { ...terminal, columns }, now).split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(columns);
    }
    expect(renderSnapshotDiff(diff(), english, { ...plainStyle, wide: true }, now)).toContain('~ configmap/made');
  });

  test('no difference is said as such, with how much was compared', () => {
    expect(renderSnapshotDiff(diff({ objects: [] }), english, terminal, now)).toBe('s-20261122-0250 (3h ago) → now\n\nNo difference in 1284 objects.\n');
  });

  test('what is not known of users is said', () => {
    expect(english.diff.unreadUsers([], new RetraceError('file.write', { path: '', detail: '' }).code)).toBe('who uses what changed is not known: file.write');
    expect(english.diff.unreadUsers([{ verb: 'list', resource: 'pods', group: '', namespace: 'a' }], undefined)).toBe('who uses what changed is not all known: you may not list pods in a');
  });
});

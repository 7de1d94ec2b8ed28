import { describe, expect, test } from 'vitest';
import { english } from '../../../lib/output/messages/en.ts';
import { korean } from '../../../lib/output/messages/ko.ts';
import { noteText } from '../../../lib/output/plan-notes.ts';
import { note, type NoteCode, type NoteParams } from '../../../lib/run/notes.ts';
import { now } from './sample-plan.ts';

const at = '2026-11-23T03:10:00Z';
/** Parameters of every note, and words that its sentence must have in any language. */
const samples: { [C in NoteCode]: [NoteParams[C], ...string[]] } = {
  'last-applied': [{ target: 'statefulset/x' }, 'statefulset/x', 'kubectl#1301'],
  'put-back-by': [{ target: 'statefulset/x', how: 'flux' }, 'flux'],
  'reference-changed': [{ kind: 'ConfigMap', name: 'hashring', changedAt: at, usedAs: 'volumes[a]' }, 'configmap/hashring', '11m'],
  'reference-unknown': [{ kind: 'Secret', name: 's', detail: 'get secrets' }, 'secret/s', 'get secrets'],
  partition: [{ partition: 2, replicas: 3 }, '2', '3'],
  'on-delete': [{ pods: ['x-0'] }, 'OnDelete', 'x-0'],
  'previous-differs': [{ previous: '5', chosen: '4' }, '5', '4', '--to=previous'],
  'rule-differs': [{ previous: '5', ruled: '4' }, '5', '4', '--to'],
  'goes-back-to-left': [{ revision: '5', runId: 'r-1' }, '5', 'r-1'],
  'recreate-strategy': [{ replicas: 3 }, 'Recreate', '3'],
  'replicas-changed': [{ now: 0, previous: 3, manager: 'kubectl-scale', at }, 'kubectl-scale', '--replicas=3', '11m'],
  'replicas-driven': [{ by: 'horizontalpodautoscaler/x', min: 1, max: 5 }, 'horizontalpodautoscaler/x', '1', '5'],
  'scale-down': [{ ordinals: [2], claims: ['data-x-2'], whenScaled: 'Delete' }, '2', 'data-x-2', 'whenScaled: Delete'],
  'repair-only': [{ pods: ['x-2'] }, 'x-2'],
  'will-evict': [{ pods: ['a-0', 'a-1', 'a-2', 'a-3', 'a-4'], how: 'evict' }, 'a-2', 'kubernetes#67250'],
  'stuck-stays': [{ pods: ['x-2'] }, 'x-2', '--stuck-pods=never'],
  'budget-blocks': [{ budget: 'x', pods: ['x-2'] }, 'x-2'],
  'parallel-regression': [{ serverVersion: 'v1.35.2' }, 'v1.35.2', 'kubernetes#137409'],
  'revert-is-bad': [{ runId: 'r-1', target: 'statefulset/x' }, 'r-1', 'statefulset/x'],
  'pre-images-recovered': [{ runId: 'r-1' }, 'r-1'],
  'not-looked-at': [{ permissions: ['list poddisruptionbudgets.policy'] }, 'list poddisruptionbudgets.policy'],
  'permission-missing': [{ permissions: ['patch statefulsets.apps'] }, 'patch statefulsets.apps'],
  'owner-puts-back': [{ target: 'statefulset/x', putBack: [{ by: 'prometheus/kps', when: 'at-once' }, { by: 'kps', when: 'next-upgrade' }] }, 'prometheus/kps', 'upgrade'],
  'owners-contested': [{ object: 'statefulset/x' }, 'statefulset/x'],
  'owner-mark-void': [{ target: 'statefulset/x', mark: 'kps', why: 'no-release' }, 'statefulset/x', '"kps"', 'Helm'],
  'state-chosen': [{ target: 'configmap/x', state: 'snapshot:s-1', at, rule: 'verified-good', agreeing: ['last-applied'], others: ['helm:3'] }, 'configmap/x', 'snapshot:s-1', '11m', 'last-applied', 'helm:3'],
  'state-gaps': [{ target: 'secret/x', gaps: ['snapshot:s-1 (identity.missing)'] }, 'secret/x', 'snapshot:s-1 (identity.missing)'],
  dependent: [{ target: 'statefulset/x', source: 'configmap/y', usedAs: 'env[A]', because: 'environment', outcome: 'blocked', blocked: 'owner', owner: 'kps' }, 'statefulset/x', 'configmap/y', 'env[A]', 'kps'],
  'restore-other-cluster': [{ context: 'prod', server: 'https://a' }, 'prod', 'https://a'],
  'restore-incomplete': [{ gaps: ['secrets'] }, 'secrets'],
  'restore-omitted': [{ objects: ['secret/x'] }, 'secret/x'],
  'restore-without-secrets': [{ objects: ['secret/x'] }, 'secret/x', '--secrets=skip'],
  'restore-added': [{ objects: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }, 'a, b, c, d, e +2', '--delete-added'],
  'restore-untried': [{ objects: 3 }, '3'],
  'replicas-kept': [{ targets: ['deployment/web'] }, 'deployment/web'],
  untried: [{}, '--dry-run=server'],
  'restore-not-awaited': [{ target: 'deployment/x', command: 'kubectl rollout resume deployment/x -n monitoring' }, 'deployment/x'],
  'restore-deletes': [{ objects: ['service/x'] }, 'service/x'],
  'restore-wide': [{ objects: 120, namespaces: ['a', 'b'] }, '120', '2'],
  'dry-run': [{ result: 'refused', detail: 'denied by policy' }, 'denied by policy'],
};

const cases = [english, korean].flatMap((messages) => Object.entries(samples).map(([code, [params, ...says]]) => [code as NoteCode, messages.language, params, says, messages] as const));

describe('every note', () => {
  test.each(cases)('%s in %s', (code, _language, params, says, messages) => {
    const { text } = noteText(note(code, 'info', params as never), messages, now);
    for (const word of says) expect(text).toContain(word);
    expect(text).not.toMatch(/undefined|\[object|NaN/);
  });
});

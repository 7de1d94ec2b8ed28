import { describe, expect, test } from 'vitest';
import { RetraceError } from '../../../lib/core/errors.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { chooseState, readStateChoice } from '../../../lib/layers/object/candidates.ts';
import type { StateCandidate, StateChoice } from '../../../lib/layers/object/candidates.ts';
import type { WantedSource } from '../../../lib/run/plan.ts';

const wanted = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } } as unknown as KubeObject;

function candidate(source: WantedSource, digest: string, more: Partial<StateCandidate> = {}): StateCandidate {
  return { source, at: undefined, isVerified: false, wanted, digest, isLive: digest === 'live', changes: [{ path: `data[${digest}]` }], ...more };
}

const snapshot = (id: string, at: string, digest: string, isVerified = false) =>
  candidate({ kind: 'snapshot', id, takenAt: `2026-11-${at}T00:00:00Z`, place: '/snapshots' }, digest, { at: `2026-11-${at}T00:00:00Z`, isVerified });
const applied = (digest: string) => candidate({ kind: 'last-applied' }, digest);
const helm = (digest: string, revision = 3) => candidate({ kind: 'helm-manifest', release: 'kps', namespace: 'm', revision }, digest);
const run = (id: string, digest: string) => candidate({ kind: 'run', id }, digest, { at: '2026-11-30T00:00:00Z' });

const place = { target: 'configmap/x', command: 'kubectl rollback undo configmap/x -n m' };

function outcome(candidates: StateCandidate[], choice: StateChoice = { kind: 'default' }): string {
  try {
    const { candidate: { source, digest }, rule, agreeing } = chooseState(candidates, choice, place);
    return [rule, source.kind, digest, ...agreeing].join(' ');
  } catch (error) {
    return error instanceof RetraceError ? [error.code, ...(error.params as { states: { to: string }[] }).states.map(({ to }) => to)].join(' ') : String(error);
  }
}

describe('without --to', () => {
  test.each<[string, StateCandidate[], string]>([
    ['nothing at all', [], 'state.none'],
    ['only what is live', [applied('live'), snapshot('s-1', '01', 'live')], 'state.none snapshot:s-1 last-applied'],
    ['last-applied alone', [applied('good')], 'last-applied last-applied good'],
    ['the Helm manifest alone', [helm('good')], 'helm-manifest helm-manifest good'],
    ['a snapshot alone', [snapshot('s-1', '01', 'good')], 'newest-snapshot snapshot good'],
    ['the newest of several snapshots', [snapshot('s-1', '01', 'old'), snapshot('s-2', '02', 'good'), snapshot('s-3', '03', 'live')], 'newest-snapshot snapshot good'],
    ['a snapshot and last-applied that agree', [applied('good'), snapshot('s-2', '02', 'good')], 'newest-snapshot snapshot good last-applied'],
    ['a snapshot and last-applied that do not', [applied('a'), snapshot('s-2', '02', 'b'), snapshot('s-1', '01', 'c')], 'state.ambiguous snapshot:s-2 snapshot:s-1 last-applied'],
    ['last-applied and Helm that do not', [applied('a'), helm('b')], 'state.ambiguous last-applied helm:3'],
    ['verified good before a newer one', [applied('a'), snapshot('s-2', '02', 'b'), snapshot('s-1', '01', 'good', true)], 'verified-good snapshot good'],
    ['the newest verified good that differs', [snapshot('s-1', '01', 'older', true), snapshot('s-2', '02', 'good', true), snapshot('s-3', '03', 'live', true)], 'verified-good snapshot good'],
    ['what a run found is never chosen by itself', [run('r-1', 'bad')], 'state.none run:r-1'],
    ['nor does it stand against others', [run('r-1', 'bad'), applied('good')], 'last-applied last-applied good'],
  ])('%s', (_name, candidates, expected) => expect(outcome(candidates)).toBe(expected));
});

test('with --to', () => {
  const all = [applied('a'), helm('b', 2), helm('c', 3), snapshot('s-1', '01', 'd'), run('r-1', 'e')];
  const asked = (word: string) => outcome(all, readStateChoice(word)!);
  expect(asked('last-applied')).toBe('asked last-applied a');
  expect(asked('helm:2')).toBe('asked helm-manifest b');
  expect(asked('snapshot:s-1')).toBe('asked snapshot d');
  expect(asked('run:r-1')).toBe('asked run e');
  expect(asked('snapshot:s-9')).toMatch(/^state\.unknown snapshot:s-1/);
  expect(asked('helm:9')).toMatch(/^state\.unknown/);
});

test.each([
  [undefined, { kind: 'default' }],
  ['6', undefined],
  ['previous', undefined],
  ['snapshot:s-20261122-0250b', { kind: 'snapshot', id: 's-20261122-0250b' }],
])('--to=%s', (word, expected) => expect(readStateChoice(word)).toEqual(expected));

test.each(['snapshot:', 'helm:x', 'helm:0', 'run:../../etc', 'snapshot:a/b'])('--to=%s is refused', (word) => {
  expect(() => readStateChoice(word)).toThrow(expect.objectContaining({ code: 'usage.value' }));
});

/** What each exit code means, in help. */
export const exitCodeMeanings: Record<number, string> = {
  0: 'done, or nothing to do',
  1: 'a bug',
  2: 'usage: flags, values, no terminal and no --yes',
  3: 'a gating check failed',
  4: 'not allowed: credentials, permissions, or a higher layer owns the target',
  5: 'the cluster is not in the state needed: no such target or revision, paused, stale plan, a disruption budget',
  6: 'locked by someone else',
  7: 'stopped half way: resume goes on',
  8: 'not finished in time: resume goes on waiting',
  9: 'a gating check is inconclusive',
  10: 'cannot reach the API server, or the bucket',
  11: 'local files: disk full, broken journal, plan or snapshot, no key',
  12: 'captured, but with gaps',
  130: 'interrupted or declined before anything was changed',
};

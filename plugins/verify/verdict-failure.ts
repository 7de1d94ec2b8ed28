import type { CheckResult } from '../../lib/checks/check.ts';
import { exitCodes, RetraceError } from '../../lib/core/errors.ts';
import type { ExitCode } from '../../lib/core/errors.ts';
import type { Verification } from '../../lib/procedure/verify.ts';

/** A check that decides, by the name that people type or read: with its cluster where there are several. */
export interface NamedResult extends Pick<CheckResult, 'verdict' | 'dueAt'> {
  name: string;
  /** The command that explains it. */
  explain: string;
}

export interface Undecided {
  /** The command that looks until it is decided. */
  again: string;
  waitedMs?: number;
  namespaces: readonly string[];
}

/** What a verification that is not well ends with, by its exit code. */
export function failureOf(exitCode: ExitCode, gating: readonly NamedResult[], { again, waitedMs, namespaces }: Undecided): RetraceError {
  const named = (verdict: Verification['verdict']) => gating.filter((result) => result.verdict === verdict);
  const because = (results: readonly NamedResult[]) => ({ checks: results.map(({ name }) => name), explain: results[0]!.explain });
  if (exitCode === exitCodes.gateFailed) return new RetraceError('verify.failed', because(named('fail')));
  if (exitCode === exitCodes.inconclusive) {
    const undecided = named('inconclusive');
    return undecided.length > 0 ? new RetraceError('verify.inconclusive', because(undecided)) : new RetraceError('verify.nothing-proved', { namespaces: [...namespaces] });
  }
  // Nothing pends where all is well, but not for as long as it was to be.
  const pending = named('pending').length > 0 ? named('pending') : gating;
  const dueAt = pending.flatMap((result) => result.dueAt ?? []).sort().at(-1);
  return new RetraceError('verify.pending', { checks: pending.map(({ name }) => name), again, ...(dueAt === undefined ? {} : { dueAt }), ...(waitedMs === undefined ? {} : { waitedMs }) });
}

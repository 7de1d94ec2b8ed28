import { exitCodes } from '../core/errors.ts';
import type { ExitCode } from '../core/errors.ts';

/**
 * What a check says. `pending`: it can still turn out well by itself, and when that is decided is known or awaited.
 * `skipped`: the component is proved to be absent. What could not be looked at is `inconclusive`, never `pass`.
 */
export type Verdict = 'pass' | 'warn' | 'fail' | 'inconclusive' | 'pending' | 'skipped';

/** The worst first: what a check says of many things is what it says of the worst of them. */
const worstFirst: readonly Verdict[] = ['fail', 'inconclusive', 'pending', 'warn', 'pass', 'skipped'];

/** The worst of several; `skipped` of none: nothing was there to be judged. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  return worstFirst.find((verdict) => verdicts.includes(verdict)) ?? 'skipped';
}

/** Orders by what a person should read first. */
export function byWeight(a: Verdict, b: Verdict): number {
  return worstFirst.indexOf(a) - worstFirst.indexOf(b);
}

/**
 * The exit code of the checks that decide: fail before inconclusive before pending. Where nothing that decides was there at
 * all, nothing was proved: inconclusive.
 */
export function exitCodeOf(gating: readonly Verdict[]): ExitCode {
  if (gating.every((verdict) => verdict === 'skipped')) return exitCodes.inconclusive;
  const worst = worstOf(gating);
  if (worst === 'fail') return exitCodes.gateFailed;
  if (worst === 'inconclusive') return exitCodes.inconclusive;
  return worst === 'pending' ? exitCodes.notFinished : exitCodes.ok;
}

import type { Verdict } from '../checks/verdict.ts';
import type { Verification } from '../procedure/verify.ts';
import type { Messages } from './messages/messages.ts';
import { evidenceOf } from './verify.ts';

/** Gives for each look of one cluster a line a check whose verdict is another than at the look before; at the first one, of all. */
export function tellChanges(messages: Messages): (seen: Verification) => string[] {
  const told = new Map<string, Verdict>();
  return ({ checks, now }) => {
    const changed = checks.filter(({ check, verdict }) => told.get(check) !== verdict);
    // A cluster that answers again has no check of the way there, and one that does not has no other.
    told.clear();
    for (const { check, verdict } of checks) told.set(check, verdict);
    return changed.map((result) => `${result.check}: ${messages.checks.verdict[result.verdict]}   ${evidenceOf(result, messages, { now: new Date(now) })}`);
  };
}

import { RetraceError } from '../core/errors.ts';
import type { ErrorParams } from '../core/errors.ts';
import type { Ownership } from './judge.ts';

export interface OwnedRefusal extends Pick<ErrorParams['target.owned'], 'withoutHold' | 'purpose' | 'change'> {
  /** The server's time. */
  now: Date;
}

/** The refusal of a target that somebody above writes, with all that was found out about who. */
export function ownedError(target: string, { owners, putBack, contested, advice }: Ownership, { now, ...more }: OwnedRefusal): RetraceError {
  return new RetraceError('target.owned', { target, owners, putBack, contested, advice, at: now.toISOString(), ...more });
}

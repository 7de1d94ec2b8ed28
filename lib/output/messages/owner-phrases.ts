import type { Driver, Owner, OwnerAdvice, PutBack } from '../../core/owner.ts';

/** What is said of owners, in one language: in a plan, in a refusal and at the end of a run. */
export interface OwnerPhrases {
  /** `helm release kps`, `prometheus/kps`. */
  name(owner: Owner): string;
  /** How it is known that it is the owner, and what was seen of it. */
  evidence(owner: Owner, now: Date): string;
  /** When and by whom a change is put back, as a sentence of its own. */
  putBack(putBack: readonly PutBack[]): string;
  /** Where to change it so that it lasts: what it is, with the command as the end of the line. */
  advice(advice: OwnerAdvice): string;
  driver(driver: Driver): string;
}

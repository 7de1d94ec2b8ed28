import type { Reason } from '../../core/errors.ts';
import type { ObjectVerb, WantedSource } from '../../run/plan.ts';

/** Words about objects that are restored as a whole. */
export interface ObjectPhrases {
  /** What is going to be done: `create`, `refuse`. */
  verb(verb: ObjectVerb): string;
  /** What was done: `configmap/x created`. */
  done(verb: ObjectVerb, name: string): string;
  /** Why nothing was done to an object. */
  untouched(verb: ObjectVerb, name: string): string;
  /** Where the wanted state comes from. */
  source(source: WantedSource, age: string | undefined): string;
  /** `3 to create, 2 to update`. */
  counts(counts: Partial<Record<ObjectVerb, number>>): string;
  reason(reason: Reason): string;
  clusterScoped: string;
}

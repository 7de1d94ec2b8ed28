import type { MissingPermission } from '../../core/permission.ts';
import type { Dependent } from '../../ownership/judge-dependents.ts';
import type { ObjectDifference } from '../../snapshot/diff/compare-states.ts';
import type { LeftOut } from '../../snapshot/export/export-objects.ts';

/** What is said beside changed lines and fields, and of what two states differ in, in one language. */
export interface DiffPhrases {
  moreLines(count: number): string;
  moreChanges(count: number): string;
  noLastNewline: string;
  /** One side; no snapshot: the cluster as it is now. */
  side(snapshot: string | undefined, age: string): string;
  /** What happened to an object, beside its name. */
  keysChanged(count: number): string;
  fieldsChanged(count: number): string;
  valuesNotShown: string;
  added: string;
  gone: string;
  unknown(why: ObjectDifference['why']): string;
  /** Objects that controllers make from others. */
  ownedToo(count: number): string;
  counts(counts: Record<ObjectDifference['change'], number>): string;
  same(compared: number): string;
  otherCluster(from: string, to: string): string;
  /** No key at hand opens what is sealed. */
  locked(count: number, why: string): string;
  gap(side: string, what: string): string;
  /** What an export did not write; `names` are some of them. */
  leftOut(why: LeftOut['why'], count: number, names: readonly string[]): string;
  written(count: number, path: string): string;
  /** `restart`: whether who uses it must start again to see new content; `isLater`: it reads it at its next use. */
  usedBy(users: readonly { name: string; restart: Dependent['restart']; isLater: boolean }[], more: number): string;
  /** `why`: nothing at all is known. */
  unreadUsers(missing: readonly MissingPermission[], why: string | undefined): string;
}

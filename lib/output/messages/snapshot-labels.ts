import type { SealState, CheckedSnapshot } from '../../snapshot/check.ts';
import type { Manifest } from '../../snapshot/manifest.ts';
import type { KeepReason } from '../../snapshot/retention.ts';

/** What is said of snapshots, their keys and the places where they are kept. */
export interface SnapshotLabels {
  columns: Record<'id' | 'age' | 'cluster' | 'scope' | 'objects' | 'secrets' | 'size' | 'state' | 'tags' | 'by' | 'result' | 'sealed' | 'detail' | 'action' | 'why' | 'type', string>;
  none(place: string): string;
  /** Behind a list of what runs found. */
  onlyThisMachine: string;
  scope(scope: Manifest['scope']): string;
  state(manifest: Pick<Manifest, 'complete' | 'gaps' | 'purpose' | 'runId'>): string;
  secrets(manifest: Pick<Manifest, 'secrets' | 'counts' | 'recipients'>): string;
  unreadable: string;
  taken(ago: string, who: string): string;
  cluster(name: string, server: string): string;
  /** `46 objects, 3 of them made by controllers`. */
  objects(objects: number, owned: number): string;
  encryptedFor: string;
  missing: string;
  inForce: string;
  git(git: NonNullable<Manifest['git']>): string;
  result: Record<CheckedSnapshot['result'], string>;
  sealed: Record<SealState, string>;
  /** How much its objects refer to and it does not hold; why; and who needs one. */
  dangling(count: number): string;
  danglingWhy: string;
  neededBy(from: string): string;
  /** Under a table in which a sealed part was not opened. */
  unopened: string;
  keep: string;
  remove: string;
  because: Record<KeepReason, string>;
  /** Heading of a group of files that belong to runs. */
  filesOfRuns: string;
  nothingToRemove: string;
  wouldRemove(count: number, size: string): string;
  removed(count: number, size: string): string;
  askRemove(count: number, size: string, place: string): string;
  key: {
    none(path: string): string;
    identity(source: string): string;
    /** Others for whom Secrets are encrypted too. */
    recipient(path: string): string;
    added(recipient: string, path: string): string;
    there(recipient: string, path: string): string;
    exported(path: string): string;
  };
}

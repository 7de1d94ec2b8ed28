import { describeFailure } from '../../lib/output/failure.ts';
import type { ListedSnapshot } from '../../lib/snapshot/repository.ts';

/** Newest first; those that cannot be read stand where their name would. */
export function newestFirst(snapshots: readonly ListedSnapshot[]): ListedSnapshot[] {
  const timeOf = ({ id, manifest }: ListedSnapshot) => manifest?.startedAt ?? id.replace(/^s-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d).*$/, '$1-$2-$3T$4:$5');
  return snapshots.toSorted((a, b) => (timeOf(a) < timeOf(b) ? 1 : timeOf(a) > timeOf(b) ? -1 : a.id < b.id ? 1 : -1));
}

/** The manifest for programs, under the name of the file, or why there is none. */
export function describeListed({ id, bytes, manifest, broken }: ListedSnapshot): object {
  if (manifest !== undefined) return { ...manifest, id, bytes };
  return { apiVersion: 'retrace/v1', kind: 'Snapshot', id, bytes, error: describeFailure(broken) };
}

import type { ClusterRef } from '../kube/cluster-identity.ts';

/**
 * What a snapshot file says of itself, at its beginning, so that one read of its first bytes is enough to list it. Holds no
 * value of any object. Times are the server's, RFC 3339.
 */
export interface Manifest {
  apiVersion: 'retrace/v1';
  kind: 'Snapshot';
  format: 1;
  /** `s-20261122-0250`, of the minute in UTC; a letter is appended when taken: `s-20261122-0250b`. */
  id: string;
  /** `safety`: what a run was about to change; `wanted`: what a run is to write. Both are of the run `runId`. */
  purpose: 'snapshot' | 'safety' | 'wanted';
  runId?: string;
  /** Version of Retrace that wrote it. */
  tool: string;
  cluster: ClusterRef;
  /** What was asked for; no namespaces = all. */
  scope: SnapshotScope;
  startedAt: string;
  finishedAt: string;
  by: { user: string; host: string };
  /** `verified=good` marks a state that was verified good. */
  tags: Record<string, string>;
  git?: { tag?: string; commit: string; dirty: boolean };
  types: CapturedType[];
  /** `sealed`: those that hold a credential; `owned`: those that a controller makes from another object. */
  counts: { objects: number; sealed: number; owned: number };
  /** `omitted`: credentials were left out; `plain`: only in a file that is itself kept in a Secret of the cluster. */
  secrets: 'none' | 'encrypted' | 'omitted' | 'plain';
  /** Public keys that the sealed part is encrypted for. */
  recipients: string[];
  complete: boolean;
  /** What could not be captured; `why` is an error code. */
  gaps: { what: string; why: string; detail: string }[];
  /** Who ruled the objects when they were captured. */
  inForce: {
    helm: { release: string; namespace: string; revision: number; status: string; chart: string }[];
    argocd: { application: string; namespace: string; revision: string }[];
  };
  parts: Part[];
}

export interface SnapshotScope {
  namespaces?: string[];
  selector?: string;
  kinds?: string[];
  withoutKinds?: string[];
}

export interface CapturedType {
  apiVersion: string;
  kind: string;
  /** Plural, for URLs. */
  resource: string;
  namespaced: boolean;
  /** Of the LIST that it was captured by. */
  resourceVersion: string;
  objects: number;
}

/** One run of bytes behind the manifest, in this order. */
export interface Part {
  name: 'objects' | 'sealed';
  encoding: 'zstd' | 'zstd+age';
  bytes: number;
  sha256: string;
  /** Lines in it. */
  objects: number;
}

/** What the caller knows of a snapshot; the rest follows from its objects and how they are sealed. */
export type ManifestHead = Omit<Manifest, 'apiVersion' | 'kind' | 'format' | 'counts' | 'secrets' | 'recipients' | 'parts'>;

/** What a file says of itself without what follows from its objects, to write them again sealed in another way. */
export function headOf(manifest: Manifest): ManifestHead {
  const { apiVersion: _apiVersion, kind: _kind, format: _format, counts: _counts, secrets: _secrets, recipients: _recipients, parts: _parts, ...head } = manifest;
  return head;
}

/** True for what may stand before `.retrace`: no path, no hidden file. */
export function isSnapshotId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(text);
}

/**
 * Name of a new snapshot: its minute, and a letter when there is one of that name.
 * @param startedAt the server's time
 */
export function newSnapshotId(startedAt: Date, taken: ReadonlySet<string>): string {
  const minute = startedAt.toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
  for (let number = 0; ; number++) {
    const id = `s-${minute}${letters(number)}`;
    if (!taken.has(id)) return id;
  }
}

/** '', b, c … z, zb, zc …: sorted as they are made. */
function letters(number: number): string {
  const letter = number % 25;
  return 'z'.repeat((number - letter) / 25) + (letter === 0 ? '' : String.fromCharCode(97 + letter));
}

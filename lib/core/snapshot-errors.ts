import type { MissingPermission } from './permission.ts';

/** Parameters of the failures that have to do with snapshots: making, keeping and opening them. */
export interface SnapshotErrorParams {
  // capturing
  /** `v1/…`: what serves this group version does not answer. */
  'api.unavailable': { groupVersion: string };
  'snapshot.never-kept': { kind: string };
  /** What was named holds credentials and was left out: nothing is exported. */
  'export.nothing': { objects: string[]; command: string };
  /** No list at all may be read; no namespaces = all of them. */
  'snapshot.nothing-readable': { user: string; namespaces: string[]; missing: MissingPermission[] };
  /** The snapshot is there and lacks something. `without`: types that a command without gaps leaves out. */
  'snapshot.gaps': { id: string; gaps: { what: string; why: string; detail: string }[]; without: string[] };
  /** The snapshot is there; the tag that was to name its commit is not. */
  'snapshot.not-tagged': { id: string; detail: string; command: string };
  'git.failed': { directory: string; command: string; detail: string };
  'git.bad-tag': { tag: string };
  'git.tag-exists': { tag: string; directory: string; commit: string };
  // snapshots; `name` is that of the file or the place that it was read from
  /** `part`: `head`, `manifest`, `objects`, `sealed` or `end`. */
  'snapshot.corrupt': { name: string; part: string; detail: string };
  'snapshot.newer-format': { name: string; format: number };
  /** `recipients`: for whom it was encrypted. */
  'snapshot.wrong-identity': { name: string; recipients: string[] };
  'snapshot.not-found': { id: string; place: string; known: string[]; near: string[] };
  'snapshot.exists': { id: string; place: string };
  'snapshot.check-failed': { ids: string[]; checked: number };
  'prune.empty-policy': { command: string };
  'prune.unreadable': { place: string; ids: string[] };
  /** The bucket's access as it was given; `source` is a file or a variable. */
  'repository.config': { source: string; member: string; detail: string };
  'repository.no-bucket': { bucket: string; endpoint: string };
  'repository.denied': { place: string; endpoint: string; detail: string };
  'repository.unreachable': { place: string; endpoint: string; detail: string };
  /** The server of a bucket has no room: nothing of what was written is there. */
  'repository.full': { place: string; endpoint: string; detail: string };
  'snapshot.no-such-object': { id: string; target: string; near: string[] };
  /** With --exit-code, after the whole diff: that there is a difference, or that one cannot be ruled out. */
  'diff.differs': { changed: number; added: number; gone: number; unknown: number };
  'diff.unknown': { unknown: number };
  /** Something is where an export would be written. */
  'export.exists': { path: string; isDirectory: boolean };
  /** No private key where one is needed; `path` is where it would be. */
  'identity.missing': { path: string };
  'identity.broken': { path: string; line: number; detail: string };
  'recipient.broken': { path: string; line: number; detail: string };
}

/** What the process answers with for each of them. */
export const snapshotExitCodes = {
  'api.unavailable': 10,
  'export.nothing': 5,
  'snapshot.never-kept': 2,
  'snapshot.nothing-readable': 4,
  'snapshot.gaps': 12,
  'snapshot.not-tagged': 11,
  'git.failed': 11,
  'git.bad-tag': 2,
  'git.tag-exists': 5,
  'snapshot.corrupt': 11,
  'snapshot.newer-format': 11,
  'snapshot.wrong-identity': 11,
  'snapshot.not-found': 5,
  'snapshot.exists': 11,
  'snapshot.check-failed': 11,
  'prune.empty-policy': 2,
  'prune.unreadable': 11,
  'repository.config': 2,
  'repository.no-bucket': 5,
  'repository.denied': 4,
  'repository.unreachable': 10,
  'repository.full': 11,
  'snapshot.no-such-object': 5,
  'diff.differs': 3,
  'diff.unknown': 9,
  'export.exists': 2,
  'identity.missing': 11,
  'identity.broken': 11,
  'recipient.broken': 11,
} as const satisfies Record<keyof SnapshotErrorParams, number>;

import type { StateOffer } from '../core/errors.ts';
import type { FieldChange, ObjectRef, RevisionRef, RunOptions } from '../run/plan.ts';
import type { RunRecord } from '../run/record.ts';
import type { StateChoice } from '../layers/object/candidates.ts';
import type { StateGap } from '../layers/object/states.ts';
import type { RevisionChoice } from '../layers/workload/choose.ts';
/** `plan` and `undo` after their flags were read. */
export interface UndoRequest {
  /** Words as typed: `sts/x deploy/y`, or `sts x y`. */
  targets: string[];
  selector?: string;
  namespace: string;
  to: RevisionChoice;
  replicas?: number | 'previous';
  options: RunOptions;
  /** Where objects without revisions go back to. */
  state: StateChoice;
  snapshots: SnapshotFlags;
  /** What to do with who reads a changed ConfigMap or Secret only at its start. */
  restart: 'auto' | 'never';
  /** Whether the server is asked for a dry run of each write; --dry-run=client does without. */
  isTried?: boolean;
  /** Undo here although somebody above the target will put it back. */
  withoutHold?: boolean;
  /** Flags that a suggested command must repeat, without the namespace: ` --context prod`; empty, or with a space before. */
  flagsForHints: string;
}

/** Where snapshots are, and the key for what is sealed in them. */
export interface SnapshotFlags {
  repo?: string | undefined;
  repoConfig?: string | undefined;
  identity?: string | undefined;
}

export interface HistoryEntry extends RevisionRef {
  ageSeconds: number | undefined;
  current: boolean;
  pods: { total: number; ready: number };
  /** Fields that changed from the entry before; empty for the oldest. */
  changes: FieldChange[];
  /** An earlier undo went away from it. */
  left: boolean;
}

/** Revisions of a workload. */
export interface WorkloadHistory {
  apiVersion: 'retrace/v1';
  kind: 'History';
  target: ObjectRef;
  /** Newest last, as in `kubectl rollout history`. */
  revisions: HistoryEntry[];
}

/** States that are kept of an object without revisions. */
export interface ObjectHistory {
  apiVersion: 'retrace/v1';
  kind: 'History';
  target: ObjectRef;
  /** Verified good first, then newest first. */
  states: StateOffer[];
  /** What could not be looked at. */
  gaps: StateGap[];
}

export type HistoryReport = WorkloadHistory | ObjectHistory;

export interface RunReport {
  run: RunRecord;
  tookMs: number;
}

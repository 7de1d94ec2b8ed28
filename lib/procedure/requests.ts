import type { FieldChange, ObjectRef, RevisionRef, RunOptions } from '../run/plan.ts';
import type { RevisionChoice } from '../layers/workload/choose.ts';
import type { RunRecord } from '../run/record.ts';

/** `plan` and `undo` after their flags were read. */
export interface UndoRequest {
  /** Words as typed: `sts/x deploy/y`, or `sts x y`. */
  targets: string[];
  selector?: string;
  namespace: string;
  to: RevisionChoice;
  replicas?: number | 'previous';
  options: RunOptions;
  /** Undo here although somebody above the target will put it back. */
  withoutHold?: boolean;
  /** Flags that a suggested command must repeat, without the namespace: ` --context prod`; empty, or with a space before. */
  flagsForHints: string;
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

export interface HistoryReport {
  apiVersion: 'retrace/v1';
  kind: 'History';
  target: ObjectRef;
  /** Newest last, as in `kubectl rollout history`. */
  revisions: HistoryEntry[];
}

export interface RunReport {
  run: RunRecord;
  tookMs: number;
}

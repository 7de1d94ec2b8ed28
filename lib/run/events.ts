import type { JsonObject } from '../core/json.ts';
import type { Step } from './plan.ts';

/** What a run tells while it goes on. lib/output draws it live or prints a line an event. */
export type RunEvent =
  | { type: 'run-started'; runId: string; resumed: boolean }
  | { type: 'step-started'; step: Step }
  | { type: 'step-progress'; step: Step; code: string; params: JsonObject; pods?: PodProgress[] }
  | { type: 'step-done'; step: Step; already: boolean; result: JsonObject }
  | { type: 'run-finished'; runId: string; tookMs: number };

/** One pod while a roll-out is awaited. */
export interface PodProgress {
  name: string;
  revision: 'target' | 'other';
  hash: string;
  /** `ready`, `stable`, `not-ready`, `terminating`, `missing`, `evicted`, `waiting` */
  state: string;
  /** Kubernetes' own reason, as `CrashLoopBackOff`. */
  reason?: string;
}

export type EmitRunEvent = (event: RunEvent) => void;

import type { JsonObject } from '../core/json.ts';
import type { Plan } from './plan.ts';

/** `running` with a dead process is told apart as `interrupted` when the record is read. */
export type RunState = 'running' | 'interrupted' | 'stopped' | 'finished' | 'closed' | 'reverted';

export type StepState = 'pending' | 'intended' | 'done' | 'failed';

/** A run as its journal tells it. */
export interface RunRecord {
  apiVersion: 'retrace/v1';
  kind: 'Run';
  id: string;
  state: RunState;
  plan: Plan;
  startedAt: string;
  endedAt?: string;
  by: { user: string; host: string };
  steps: { id: string; kind: string; state: StepState; at?: string; result?: JsonObject }[];
  /** Why it stopped, as an error code with parameters. */
  stoppedBy?: { code: string; params: JsonObject };
  /** Run directory, where evidence and pre-images are. */
  directory: string;
}

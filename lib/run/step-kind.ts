import type { Context } from '../core/context.ts';
import type { JsonObject } from '../core/json.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import type { EmitRunEvent } from './events.ts';
import type { Plan, RunOptions, Step } from './plan.ts';

/** What a step may use. Files of the run go below `directory`. */
export interface StepEnvironment {
  connection: Connection;
  context: Context;
  plan: Plan;
  options: RunOptions;
  runId: string;
  /** Run directory, mode 0700. */
  directory: string;
  emit: EmitRunEvent;
  /**
   * Keeps what all objects were that the step is going to write, before its first write: on the disk, and in the cluster for
   * other machines. Fsynced before it returns; a later call of the same step keeps what the first one kept.
   */
  savePreImage(...objects: KubeObject[]): Promise<void>;
  /** Keeps what the run is to write where other machines find it. */
  shareWanted(): Promise<void>;
  /** The objects that the run is to write, as they were captured; undefined for a run that writes none. */
  readWanted(): Promise<KubeObject[] | undefined>;
  /** Intent of a write inside a step that makes several (evictions), fsynced before it returns. */
  note(entry: JsonObject): Promise<void>;
}

/**
 * One kind of step. The runner asks `isDone` first, always: a journal can be behind the cluster, so the live
 * postcondition decides. `run` must be safe to call again after a crash at any point.
 */
export interface StepKind {
  kind: string;
  /** The postcondition, read from the live cluster (or the run directory for local steps); undefined when not met. */
  isDone(step: Step, environment: StepEnvironment): Promise<JsonObject | undefined>;
  /**
   * Does it. Throws RetraceError when its preconditions do not hold: nothing was changed by this call then.
   * @returns what the journal records (uid, generation, …)
   */
  run(step: Step, environment: StepEnvironment): Promise<JsonObject>;
}

export type StepRegistry = ReadonlyMap<string, StepKind>;

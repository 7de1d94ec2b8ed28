import type { Context } from '../core/context.ts';
import type { JsonObject } from '../core/json.ts';
import type { JournalEntry } from './journal.ts';
import type { Plan } from './plan.ts';

/**
 * `running`: its process is alive. `interrupted`: its process died. `stopped`: it ended itself half way.
 * `finished`: all steps done. `closed` and `reverted`: a person decided so; nothing more can be done with it.
 */
export type RunState = 'running' | 'interrupted' | 'stopped' | 'finished' | 'closed' | 'reverted';

export type StepState = 'pending' | 'intended' | 'done';

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
  /** Process that works or worked on it last. */
  pid: number;
  steps: StepRecord[];
  /** Why it stopped, as an error code with parameters. */
  stoppedBy?: { step: string; code: string; params: JsonObject };
  revertedBy?: string;
  /** Run directory, where evidence and pre-images are; empty for a run of another machine that was only looked at. */
  directory: string;
}

export interface StepRecord {
  id: string;
  kind: string;
  state: StepState;
  at?: string;
  result?: JsonObject;
}

/** How to tell a run that goes on from one whose process died. A process of another machine is known by its lock alone. */
export interface Liveness extends Pick<Context, 'isProcessAlive'> {
  host?: string;
  /** Whether the run's lock is renewed; left out where the cluster was not asked. */
  isLockLive?: boolean;
}

function isAlive({ by, pid }: Extract<JournalEntry, { by: unknown; pid: unknown }>, { host, isLockLive, isProcessAlive }: Liveness): boolean {
  return host === undefined || by.host === host ? isProcessAlive(pid) : isLockLive === true;
}

/** Folds a journal into what happened. Pure, but for the question whether a process is alive. */
export function recordOf(
  run: { id: string; directory: string; plan: Plan; journal: { entries: readonly JournalEntry[] } },
  context: Liveness,
): RunRecord {
  const { plan, id, directory } = run;
  const record: RunRecord = {
    apiVersion: 'retrace/v1',
    kind: 'Run',
    id,
    state: 'interrupted',
    plan,
    startedAt: plan.createdAt,
    by: { user: '', host: '' },
    pid: 0,
    steps: plan.steps.map((step) => ({ id: step.id, kind: step.kind, state: 'pending' })),
    directory,
  };
  for (const entry of run.journal.entries) applyEntry(record, entry, context);
  return record;
}

function applyEntry(record: RunRecord, entry: JournalEntry, context: Liveness): void {
  switch (entry.type) {
    case 'started':
    case 'resumed':
      if (entry.type === 'started') record.startedAt = entry.at;
      record.by = entry.by;
      record.pid = entry.pid;
      record.state = isAlive(entry, context) ? 'running' : 'interrupted';
      delete record.stoppedBy;
      delete record.endedAt;
      return;
    case 'intended':
      return setStep(record, entry.step, { state: 'intended', at: entry.at });
    case 'done':
      return setStep(record, entry.step, { state: 'done', at: entry.at, result: entry.result });
    case 'noted':
      return;
    case 'stopped':
      record.stoppedBy = { step: entry.step, code: entry.code, params: entry.params };
      break;
    case 'reverted':
      record.revertedBy = entry.byRun;
      break;
  }
  record.state = entry.type;
  record.endedAt = entry.at;
}

function setStep(record: RunRecord, id: string, change: Partial<StepRecord>): void {
  const step = record.steps.find((candidate) => candidate.id === id);
  if (step) Object.assign(step, change);
}

/** Why a run stopped, where that says that nothing was changed. */
const saysUnchanged = /^(?!run\.)|^run\.(lock-lost|interrupted-before)$/;

/** True unless it is sure that no step has written to the cluster: a write that was begun may have arrived. */
export function mayHaveChanged(record: RunRecord): boolean {
  if (hasChanged(record)) return true;
  if (record.stoppedBy && saysUnchanged.test(record.stoppedBy.code)) return false;
  return record.steps.some((step) => !keepsOnly(step) && step.state === 'intended');
}

/** True for a step that only looks and keeps: nothing is different after it. */
export function keepsOnly({ kind }: { kind: string }): boolean {
  return kind === 'keep-evidence' || kind === 'keep-objects';
}

/** True when a step that writes to the cluster was done. */
export function hasChanged(record: RunRecord): boolean {
  return record.steps.some((step) => !keepsOnly(step) && step.state === 'done');
}

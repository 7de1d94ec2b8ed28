import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { serverNowMs } from '../kube/server-time.ts';
import type { Connection } from '../kube/types.ts';
import type { EmitRunEvent } from './events.ts';
import { repairTornEnd } from './journal.ts';
import type { Step } from './plan.ts';
import { savePreImage } from './pre-image.ts';
import { hasChanged, keepsOnly, recordOf } from './record.ts';
import { safetyHead } from './safety-head.ts';
import type { RunRecord } from './record.ts';
import type { StoredRun } from './run-store.ts';
import type { StepEnvironment, StepRegistry } from './step-kind.ts';
import { readWanted, wantedName } from './wanted.ts';

export interface RunnerTools {
  connection: Connection;
  context: Context;
  emit: EmitRunEvent;
  steps: StepRegistry;
  /** Once every step is done, before the line that ends the run: after it nothing goes on with a run that was cut off. */
  beforeFinish?: () => Promise<void>;
  /** Keeps a pre-image that is on the disk where other machines find it. */
  sharePreImage?: (stepId: string) => Promise<void>;
}

/**
 * Executes a plan from wherever its journal and the cluster say it is: a first run and a resumed one are the same code.
 * Each step is first asked whether its postcondition already holds; else its intent goes to disk, then it runs,
 * then its result goes to disk.
 * @throws RetraceError that says how to go on; the journal has its reason
 */
export async function runSteps(run: StoredRun, tools: RunnerTools): Promise<RunRecord> {
  const { context, emit } = tools;
  const { journal, plan } = run;
  const resumed = journal.entries.length > 0;
  const startedMs = context.now().getTime();
  await repairTornEnd(journal);
  const by = { user: context.user, host: context.host };
  await journal.append({ type: resumed ? 'resumed' : 'started', by, pid: context.pid });
  emit({ type: 'run-started', runId: run.id, resumed });
  for (const step of plan.steps) {
    const progress: StepProgress = { mayHaveWritten: isIntended(run, step) };
    try {
      stopWhenInterrupted(run, context);
      await runStep(step, run, tools, progress);
    } catch (error) {
      throw await recordStop(error, step, progress, run, context);
    }
  }
  try {
    await tools.beforeFinish?.();
    await journal.append({ type: 'finished' });
  } catch (error) {
    const last = plan.steps.at(-1);
    throw last ? await recordStop(error, last, { mayHaveWritten: false }, run, context) : error;
  }
  emit({ type: 'run-finished', runId: run.id, tookMs: context.now().getTime() - startedMs });
  return recordOf(run, context);
}

interface StepProgress {
  /** Set when the step's own work begins, now or in a process before this one. */
  mayHaveWritten: boolean;
}

async function runStep(step: Step, run: StoredRun, tools: RunnerTools, progress: StepProgress): Promise<void> {
  const { journal } = run;
  const kind = tools.steps.get(step.kind);
  if (!kind) throw new RetraceError('plan.broken', { path: run.directory, detail: `unknown kind of step: ${step.kind}` });
  const environment = environmentOf(step, run, tools);
  tools.emit({ type: 'step-started', step });
  const already = await kind.isDone(step, environment);
  if (!already) await journal.append({ type: 'intended', step: step.id });
  if (!already) progress.mayHaveWritten = true;
  const result = already ?? (await kind.run(step, environment));
  await recordDone(step, run, result, already !== undefined);
  tools.emit({ type: 'step-done', step, already: already !== undefined, result });
}

/** What was done is done, also when the disk has no room to say so, or the way to its record is broken: `resume` finds it by its postcondition. */
async function recordDone(step: Step, run: StoredRun, result: JsonObject, already: boolean): Promise<void> {
  try {
    await run.journal.append({ type: 'done', step: step.id, already, result });
  } catch (error) {
    if (keepsOnly(step) || !(error instanceof RetraceError)) throw error;
    throw new RetraceError('run.stopped', { id: run.id, step: step.kind, why: error.code, command: resumeCommand(run.id) }, { cause: error });
  }
}

/** A step of several writes (evictions) notes each before it makes it: when the second is refused, the first was made. */
function countNoted(run: StoredRun, step: Step): number {
  return run.journal.entries.filter((entry) => entry.type === 'noted' && entry.step === step.id).length;
}

function isIntended(run: StoredRun, step: Step): boolean {
  return run.journal.entries.some((entry) => entry.type === 'intended' && entry.step === step.id);
}

function environmentOf(step: Step, run: StoredRun, { connection, context, emit, sharePreImage }: RunnerTools): StepEnvironment {
  return {
    connection,
    context,
    emit,
    plan: run.plan,
    options: run.plan.options,
    runId: run.id,
    directory: run.directory,
    async savePreImage(...objects) {
      const head = safetyHead(run, step, objects, new Date(serverNowMs(connection, context)), context);
      await savePreImage(run.directory, step.id, head, objects, context);
      await sharePreImage?.(step.id);
    },
    shareWanted: async () => sharePreImage?.(wantedName),
    readWanted: () => readWanted(run.directory, context),
    note: (entry: JsonObject) => run.journal.append({ type: 'noted', step: step.id, entry }),
  };
}

function stopWhenInterrupted(run: StoredRun, context: Context): void {
  if (context.signal.aborted) throw new RetraceError('run.interrupted', { id: run.id, command: resumeCommand(run.id) });
}

export function resumeCommand(id: string): string {
  return `kubectl rollback resume ${id}`;
}

/** Errors that already say what the person needs; everything else half way becomes `run.stopped` with its cause. */
const speaksForItself = /^(run\.|target\.deleted$)/;

/** A step that ends with one of these has not written anything itself (contract of StepKind.run). */
const refusedBeforeWriting = new Set<ErrorCode>([
  'plan.stale',
  'plan.broken',
  'target.deleted',
  'target.paused',
  'access.forbidden',
  'credentials.rejected',
  'server.rejected',
  'server.conflict',
  'revision.not-found',
  'file.write',
  'run.lock-lost',
  'pre-image.sealed',
  'pre-image.too-large',
  'identity.missing',
  'identity.broken',
  'recipient.broken',
]);

async function recordStop(error: unknown, step: Step, { mayHaveWritten }: StepProgress, run: StoredRun, context: Context): Promise<unknown> {
  const surelyNot = error instanceof RetraceError && refusedBeforeWriting.has(error.code) && countNoted(run, step) < 2;
  const changed = hasChanged(recordOf(run, context)) || (!keepsOnly(step) && !surelyNot && mayHaveWritten);
  const told = explainStop(error, changed, step, run, context);
  if (told instanceof RetraceError) {
    const params = told.params as unknown as JsonObject;
    // A full disk is one reason to be here; the error that stopped us matters more than its record.
    await run.journal.append({ type: 'stopped', step: step.id, code: told.code, params }).catch(() => undefined);
  }
  return told;
}

function explainStop(error: unknown, changed: boolean, step: Step, run: StoredRun, context: Context): unknown {
  const command = resumeCommand(run.id);
  if (context.signal.aborted) {
    return changed ? new RetraceError('run.interrupted', { id: run.id, command }) : new RetraceError('run.interrupted-before', {});
  }
  if (!(error instanceof RetraceError) || !changed || speaksForItself.test(error.code)) return error;
  return new RetraceError('run.stopped', { id: run.id, step: step.kind, why: error.code, command }, { cause: error });
}

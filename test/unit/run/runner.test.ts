import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../lib/core/context.ts';
import { RetraceError } from '../../../lib/core/errors.ts';
import type { Connection } from '../../../lib/kube/types.ts';
import type { RunEvent } from '../../../lib/run/events.ts';
import type { Plan } from '../../../lib/run/plan.ts';
import { mayHaveChanged, recordOf } from '../../../lib/run/record.ts';
import { createRun, listRuns, openRun } from '../../../lib/run/run-store.ts';
import { runSteps } from '../../../lib/run/runner.ts';
import type { StepKind } from '../../../lib/run/step-kind.ts';

let folder: string;
let context: Context;
let interrupt: AbortController;
const events: RunEvent[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrace-run-'));
  interrupt = new AbortController();
  events.length = 0;
  context = {
    now: () => new Date('2026-11-22T03:12:00Z'),
    random: Math.random,
    env: { XDG_STATE_HOME: folder },
    platform: 'linux',
    user: 'alice',
    host: 'laptop',
    pid: 4242,
    isProcessAlive: (pid: number) => pid === 4242,
    signal: interrupt.signal,
  } as unknown as Context;
});
afterEach(() => rm(folder, { recursive: true }));

const kinds = ['keep-evidence', 'patch-template', 'wait-rollout'];

function makePlan(): Plan {
  return {
    apiVersion: 'retrace/v1',
    kind: 'Plan',
    id: 'p-000000',
    createdAt: '2026-11-22T03:11:00.000Z',
    purpose: 'undo',
    cluster: { contextName: 'c', server: 's', uid: 'u' },
    targets: [],
    steps: kinds.map((kind, index) => ({ id: String(index + 1), kind, target: undefined, params: {} })),
    notes: [],
    confirmation: { kind: 'yes' },
    needs: [],
    options: { stableForMs: 0, stuckAfterMs: 0, stuckPods: 'evict', timeoutMs: 0 },
  };
}

/** Steps over a set of effects: a step is done when its effect is there. */
function stepsOver(effects: string[], behaviour: Partial<Record<string, () => void>> = {}): ReadonlyMap<string, StepKind> {
  return new Map(
    kinds.map((kind) => [
      kind,
      {
        kind,
        isDone: async () => (effects.includes(kind) ? { already: true } : undefined),
        run: async () => {
          behaviour[kind]?.();
          effects.push(kind);
          return { did: kind };
        },
      },
    ]),
  );
}

async function start(steps: ReadonlyMap<string, StepKind>) {
  const run = await createRun(makePlan(), context);
  const work = runSteps(run, { connection: {} as Connection, context, emit: (event) => events.push(event), steps });
  return { run, work };
}

function fail(code: 'plan.stale' | 'server.unreachable'): () => never {
  return () => {
    if (code === 'plan.stale') throw new RetraceError('plan.stale', { target: 'sts/x', changed: ['template'], command: '' });
    throw new RetraceError('server.unreachable', { server: 's', detail: 'd', kind: 'network' });
  };
}

describe('a run', () => {
  it('does its steps in order and is finished', async () => {
    const effects: string[] = [];
    const { run, work } = await start(stepsOver(effects));
    expect((await work).state).toBe('finished');
    expect(effects).toEqual(kinds);
    expect(run.journal.entries.map((entry) => entry.type)).toEqual(['started', 'intended', 'done', 'intended', 'done', 'intended', 'done', 'finished']);
    expect(events.map((event) => event.type)).toContain('run-finished');
  });

  it('that is refused before anything was changed keeps the error and its exit code', async () => {
    const { run, work } = await start(stepsOver([], { 'patch-template': fail('plan.stale') }));
    await expect(work).rejects.toMatchObject({ code: 'plan.stale', exitCode: 5 });
    expect(recordOf(run, context)).toMatchObject({ state: 'stopped', stoppedBy: { step: '2', code: 'plan.stale' } });
  });

  it('that loses the server while it writes cannot say that nothing was changed: exit 7 and how to go on', async () => {
    const { run, work } = await start(stepsOver([], { 'patch-template': fail('server.unreachable') }));
    await expect(work).rejects.toMatchObject({ code: 'run.stopped', exitCode: 7, params: { command: `kubectl rollback resume ${run.id}` } });
  });

  it('that stops after a change says how to go on and keeps the cause', async () => {
    const { work } = await start(stepsOver([], { 'wait-rollout': fail('server.unreachable') }));
    const error = await work.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'run.stopped', exitCode: 7, cause: { code: 'server.unreachable' } });
  });

  it('that is interrupted before a change ends with 130, after one with 7', async () => {
    const early = await start(stepsOver([], { 'keep-evidence': () => interrupt.abort() }));
    await expect(early.work).rejects.toMatchObject({ code: 'run.interrupted-before', exitCode: 130 });
    interrupt = new AbortController();
    context = { ...context, signal: interrupt.signal };
    const late = await start(stepsOver([], { 'patch-template': () => interrupt.abort() }));
    await expect(late.work).rejects.toMatchObject({ code: 'run.interrupted', exitCode: 7 });
  });

  it('goes on where it stopped: what is done in the cluster is not done again', async () => {
    const effects: string[] = [];
    const first = await start(stepsOver(effects, { 'wait-rollout': fail('server.unreachable') }));
    await first.work.catch(() => undefined);
    const again = await openRun(first.run.id, context);
    const record = await runSteps(again, { connection: {} as Connection, context, emit: (event) => events.push(event), steps: stepsOver(effects) });
    expect(record.state).toBe('finished');
    expect(effects).toEqual(kinds);
  });

  it('whose end does not reach its record in the cluster is half way, and goes on to the same end', async () => {
    const effects: string[] = [];
    const run = await createRun(makePlan(), context);
    run.journal.onAppended = async (entry) => (entry.type === 'finished' || entry.type === 'stopped' ? fail('server.unreachable')() : undefined);
    const tools = { connection: {} as Connection, context, emit: (event: RunEvent) => void events.push(event), steps: stepsOver(effects) };
    await expect(runSteps(run, tools)).rejects.toMatchObject({ code: 'run.stopped', exitCode: 7, params: { why: 'server.unreachable' } });
    expect(events.map((event) => event.type)).not.toContain('run-finished');
    const again = await openRun(run.id, context);
    expect(recordOf(again, context).state).toBe('stopped');
    expect((await runSteps(again, tools)).state).toBe('finished');
    expect(effects).toEqual(kinds);
  });

  it('may have changed something from the intent of its first write on, unless it says that it did not', async () => {
    const { run, work } = await start(stepsOver([]));
    await work;
    const stopped = (code: string) => ({ seq: 0, at: '', type: 'stopped' as const, step: '2', code, params: {} });
    const upTo = (count: number, code?: string) => mayHaveChanged(recordOf({ ...run, journal: { entries: [...run.journal.entries.slice(0, count), ...(code ? [stopped(code)] : [])] } }, context));
    expect([1, 2, 3, 4, 5].map((count) => upTo(count))).toEqual([false, false, false, true, true]);
    expect(['server.unreachable', 'run.lock-lost', 'run.interrupted-before', 'run.stopped', 'run.timeout'].map((code) => upTo(4, code))).toEqual([false, false, false, true, true]);
    expect(upTo(5, 'run.lock-lost')).toBe(true);
  });

  it('whose process died is told apart from one that goes on', async () => {
    const { run, work } = await start(stepsOver([]));
    await work;
    const running = { ...run, journal: { entries: run.journal.entries.slice(0, 3) } };
    expect(recordOf(running, context).state).toBe('running');
    expect(recordOf(running, { isProcessAlive: () => false }).state).toBe('interrupted');
  });

  it('is found by its id, and an unknown id names those that there are', async () => {
    const { run, work } = await start(stepsOver([]));
    await work;
    expect((await listRuns(context)).map((record) => record.id)).toEqual([run.id]);
    await expect(openRun('r-nothere', context)).rejects.toMatchObject({ code: 'run.not-found', params: { known: [run.id] } });
  });
});

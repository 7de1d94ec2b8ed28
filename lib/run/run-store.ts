import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stateDirectory } from '../config/directories.ts';
import type { Context } from '../core/context.ts';
import { makePrivateDirectory, orFileError, writeDurably } from '../core/durable-file.ts';
import { RetraceError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { parseJson, stringifyJson } from '../core/json.ts';
import { Journal, readJournal } from './journal.ts';
import { checkPlan } from './plan-schema.ts';
import type { Plan } from './plan.ts';
import { recordOf } from './record.ts';
import type { RunRecord } from './record.ts';

/** A run on this machine: its directory, plan and journal. */
export interface StoredRun {
  id: string;
  directory: string;
  plan: Plan;
  journal: Journal;
}

export function runsDirectory(context: Pick<Context, 'env' | 'platform'>): string {
  return join(stateDirectory(context), 'runs');
}

/**
 * Makes the directory of a new run with its plan. Nothing has been changed in the cluster yet.
 * @throws file.write (disk full, no permission)
 */
export async function createRun(plan: Plan, context: Context): Promise<StoredRun> {
  const runs = runsDirectory(context);
  await makePrivateDirectory(runs);
  const id = newId('r', context);
  const directory = join(runs, id);
  // Not recursive: two runs never share a directory, however unlikely that the ids are equal.
  await orFileError(directory, () => mkdir(directory, { mode: 0o700 }));
  const run = { id, directory, plan, journal: new Journal(join(directory, 'journal.jsonl'), [], context.now) };
  try {
    await writeDurably(planPath(directory), `${stringifyJson(plan, 2)}\n`);
  } catch (error) {
    await discardRun(run);
    throw error;
  }
  return run;
}

function planPath(directory: string): string {
  return join(directory, 'plan.json');
}

/** Takes back `createRun`, for a run that was refused before its first line. */
export async function discardRun(run: StoredRun): Promise<void> {
  await rm(run.directory, { recursive: true, force: true });
}

/** @throws run.not-found with the ids that there are; plan.broken; journal.corrupt */
export async function openRun(id: string, context: Context): Promise<StoredRun> {
  const known = await listRunIds(context);
  if (!known.includes(id)) throw new RetraceError('run.not-found', { id, known: known.slice(-5) });
  const directory = join(runsDirectory(context), id);
  const path = planPath(directory);
  const plan = parsePlan(await readFile(path, 'utf8').catch(() => ''), path);
  return { id, directory, plan, journal: await readJournal(join(directory, 'journal.jsonl'), context.now) };
}

/** Text of a saved plan, as JSON. @throws plan.broken */
export function parsePlan(text: string, path: string): Plan {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new RetraceError('plan.broken', { path, detail: text === '' ? 'the file is empty or missing' : 'not JSON' }, { cause: error });
  }
  return acceptPlan(value, path);
}

/** @throws plan.broken with the first member that is wrong */
export function acceptPlan(value: unknown, path: string): Plan {
  const checked = checkPlan(value);
  if ('wrong' in checked) throw new RetraceError('plan.broken', { path, detail: checked.wrong });
  return checked.plan;
}

/**
 * All runs on this machine, oldest first. A run that cannot be read does not hide the others:
 * it is left out here and reported by `status`.
 */
export async function listRuns(context: Context): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const id of await listRunIds(context)) {
    try {
      records.push(recordOf(await openRun(id, context), context));
    } catch (error) {
      if (!(error instanceof RetraceError)) throw error;
    }
  }
  return records.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

/** A directory without a plan is no run: whoever made it, or brought a run of another machine here, died before it was one. */
export async function listRunIds(context: Pick<Context, 'env' | 'platform'>): Promise<string[]> {
  const runs = runsDirectory(context);
  const names = await readdir(runs).catch(() => [] as string[]);
  const ids = names.filter((name) => /^r-[0-9a-z]+$/.test(name)).sort();
  const hasPlan = await Promise.all(ids.map((id) => stat(planPath(join(runs, id))).then(() => true, (error: NodeJS.ErrnoException) => error.code !== 'ENOENT')));
  return ids.filter((_, index) => hasPlan[index]);
}

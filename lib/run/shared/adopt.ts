import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../core/context.ts';
import { makePrivateDirectory, writeDurably } from '../../core/durable-file.ts';
import { isError, RetraceError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { stringifyJson } from '../../core/json.ts';
import { reachedBy } from '../../kube/cluster-identity.ts';
import type { ClusterRef } from '../../kube/cluster-identity.ts';
import type { Connection } from '../../kube/types.ts';
import { parseJournal } from '../journal.ts';
import { adoptPreImage, readPreImage, replacePreImage } from '../pre-image.ts';
import { acceptPlan, openRun, runsDirectory } from '../run-store.ts';
import type { StoredRun } from '../run-store.ts';
import { wantedName } from '../wanted.ts';
import { readPlanParts, recordNamespace } from './cluster-record.ts';
import type { FoundRecord } from './cluster-record.ts';
import { unpackPlan } from './record-content.ts';
import { readSharedFiles } from './shared-files.ts';

/**
 * A record as a run, without a directory of its own yet.
 * @throws plan.broken, journal.corrupt: what somebody changed by hand is never guessed
 */
export async function readFoundRun(connection: Connection, found: FoundRecord, context: Context): Promise<StoredRun> {
  const path = `configmap/retrace-run-${found.runId}`;
  let value: unknown;
  try {
    value = unpackPlan(found.values, await readPlanParts(connection, found));
  } catch (error) {
    throw new RetraceError('plan.broken', { path, detail: (error as Error).message }, { cause: error });
  }
  const directory = join(runsDirectory(context), found.runId);
  return { id: found.runId, directory, plan: acceptPlan(value, path), journal: parseJournal(found.journalText, path, context.now) };
}

/**
 * Brings a run of another machine into this machine's run directory: plan, journal, what it found before it wrote, and the index
 * of its evidence. The plan is written last, so a crash in the middle leaves no run but is adopted again.
 * @param known how this machine reaches the cluster of a run that it knew already
 * @throws file.write; access.forbidden when the pre-images may not be read
 */
export async function adoptRun(connection: Connection, found: FoundRecord, context: Context, known?: ClusterRef): Promise<StoredRun> {
  const run = await readFoundRun(connection, found, context);
  const images = await readSharedFiles(connection, found.namespace, found.runId);
  await makePrivateDirectory(run.directory);
  for (const [stepId, image] of images) if (isFileName(stepId)) await adoptPreImage(run.directory, stepId, image, context);
  await adoptEvidence(run.directory, found.evidence);
  await writeDurably(join(run.directory, 'journal.jsonl'), found.journalText);
  // How this machine reaches the cluster, not how the other one did; which cluster it is, the plan still says by its UID.
  const plan = { ...run.plan, cluster: known ?? reachedBy(run.plan.cluster, connection) };
  await writeDurably(join(run.directory, 'plan.json'), `${stringifyJson(plan as unknown as Json, 2)}\n`);
  return openRun(run.id, context);
}

/**
 * Brings back what the run found where this machine's copy cannot be opened, as without its key: from the cluster, encrypted anew.
 * @returns whether any was brought
 * @throws pre-image.sealed and what else keeps it from being opened, when the cluster has none that may be read
 */
export async function recoverPreImages(run: StoredRun, connection: Connection, context: Context): Promise<boolean> {
  const lost = new Map<string, RetraceError>();
  for (const id of [wantedName, ...run.plan.steps.map((step) => step.id)]) {
    await readPreImage(run.directory, id, context).catch((error: unknown) => {
      if (!(error instanceof RetraceError)) throw error;
      lost.set(id, error);
    });
  }
  const [first] = lost.values();
  if (!first) return false;
  const shared = await readShared(run, connection, first);
  const gone = [...lost].find(([id]) => !shared.has(id));
  if (gone) throw gone[1];
  for (const id of lost.keys()) await adoptPreImage(run.directory, id, shared.get(id)!, context, replacePreImage);
  return true;
}

async function readShared(run: StoredRun, connection: Connection, lost: RetraceError): Promise<Map<string, Uint8Array>> {
  const home = recordNamespace(run.plan);
  if (home === undefined) throw lost;
  try {
    return await readSharedFiles(connection, home, run.id);
  } catch (error) {
    throw isError(error, 'access.forbidden') ? lost : error;
  }
}

/** The index says what was kept, and where; the files are on the machine that kept them. */
async function adoptEvidence(directory: string, evidence: Record<string, string>): Promise<void> {
  for (const [folder, text] of Object.entries(evidence)) {
    if (!isFileName(folder)) continue;
    await mkdir(join(directory, 'evidence', folder), { recursive: true, mode: 0o700 });
    await writeDurably(join(directory, 'evidence', folder, 'index.json'), text);
  }
}

/** Words from the cluster never lead out of the run directory. */
function isFileName(text: string): boolean {
  return /^[a-z0-9][a-z0-9.-]*$/.test(text);
}

/**
 * Brings a local run up to its record, when others have gone on with it. The record wins, but for lines at the end that had
 * not reached it yet: each step looks at the live cluster anyway. What is replaced is kept aside.
 */
export async function catchUp(run: StoredRun, connection: Connection, found: FoundRecord, context: Context): Promise<StoredRun> {
  const path = join(run.directory, 'journal.jsonl');
  const local = (await readFile(path, 'utf8').catch(() => '')).replace(/[^\n]*$/, '');
  if (local.startsWith(found.journalText)) return run;
  // Checked before anything is replaced.
  await readFoundRun(connection, found, context);
  if (local !== '') await writeDurably(`${path}.superseded`, local);
  return adoptRun(connection, found, context, run.plan.cluster);
}

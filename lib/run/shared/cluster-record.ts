import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../core/json.ts';
import { listObjects } from '../../kube/objects.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { Connection, KubeObject } from '../../kube/types.ts';
import { isObjectTarget, isWorkloadTarget, isWritten } from '../plan.ts';
import type { Plan, PlannedTarget } from '../plan.ts';
import type { StoredRun } from '../run-store.ts';
import { readOwnObject, writeOwnObject } from './own-object.ts';
import type { OwnObject } from './own-object.ts';
import { countPlanParts, packLeft, packPlan, packText, planValues, unpackLeft, unpackText } from './record-content.ts';
import type { LeftMark, Values } from './record-content.ts';

const runLabel = 'retrace/run';
const partLabel = 'retrace/part-of';
const leftAnnotation = 'retrace/left';
/** In place of what a run went away from: it was taken back. */
const revertedMark = 'reverted';
const managedBy = { 'app.kubernetes.io/managed-by': 'retrace' };

/** Name of a run's ConfigMap and of its first Secret. */
export function recordName(runId: string): string {
  return `retrace-run-${runId}`;
}

/** For what stands in no namespace, or in one that the run itself makes or deletes: it is in every cluster, and cannot be deleted. */
const commonNamespace = 'default';

/**
 * Where a target is locked and recorded: its namespace, when that is there before the run begins.
 * @param targets of the whole plan
 */
export function placeOf({ object }: PlannedTarget, targets: readonly PlannedTarget[]): string {
  const { namespace } = object;
  const comesOrGoes = (one: PlannedTarget) => isObjectTarget(one) && (one.verb === 'create' || one.verb === 'delete');
  const isTheRuns = targets.some((one) => comesOrGoes(one) && one.object.kind === 'Namespace' && one.object.name === namespace);
  return namespace === '' || isTheRuns ? commonNamespace : namespace;
}

/** Where the record of a run is: the place of its first target. */
export function recordNamespace({ targets }: Pick<Plan, 'targets'>): string | undefined {
  const first = targets.find(isWritten) ?? targets[0];
  return first && placeOf(first, targets);
}

/** The run's record in the cluster, written after each line of its journal. */
export class ClusterRecord {
  readonly #connection: Connection;
  readonly #run: StoredRun;
  /** The plan as it was written first: options that a `resume` changes, and the name that a machine has for the cluster, are its own. */
  readonly #plan: Values;
  #object: OwnObject;
  #evidence: string | undefined;

  private constructor(connection: Connection, run: StoredRun, object: OwnObject, plan: Values) {
    this.#connection = connection;
    this.#run = run;
    this.#object = object;
    this.#plan = plan;
  }

  /**
   * Makes the record of a new run, or goes on with that of an old one. The parts of a long plan are there before the record
   * that names them.
   * @throws access.forbidden, and what a write throws
   */
  static async open(connection: Connection, run: StoredRun, namespace: string): Promise<ClusterRecord> {
    const object = await readOwnObject(connection, builtinTypes.configmaps, namespace, recordName(run.id));
    const packed = object.live ? undefined : packPlan(run.plan);
    if (packed) await writeParts(connection, namespace, run.id, packed.parts);
    const record = new ClusterRecord(connection, run, object, packed?.values ?? planValues(object.live as Partial<Values>));
    await record.write();
    return record;
  }

  /** Brings it to where the journal is. @throws server.conflict when somebody else goes on with the run */
  async write(): Promise<void> {
    const { journal, plan } = this.#run;
    const isEvidenceNew = this.#evidence === undefined || journal.entries.at(-1)?.type === 'done';
    if (isEvidenceNew) this.#evidence = await readEvidenceIndex(this.#run.directory);
    const values: Values = { data: { ...this.#plan.data }, binaryData: { ...this.#plan.binaryData } };
    packText(values, 'journal.jsonl', journal.text());
    if (this.#evidence !== undefined && this.#evidence !== '{}') packText(values, 'evidence.json', this.#evidence);
    const isReverted = journal.entries.some(({ type }) => type === 'reverted');
    const annotations = { [leftAnnotation]: isReverted ? revertedMark : packLeft(leftBy(plan)) };
    const metadata = { labels: { ...managedBy, [runLabel]: this.#run.id }, annotations };
    this.#object = await writeOwnObject(this.#connection, this.#object, { metadata, ...values } as unknown as JsonObject);
  }
}

async function writeParts(connection: Connection, namespace: string, runId: string, parts: readonly Buffer[]): Promise<void> {
  for (const [index, part] of parts.entries()) {
    const object = await readOwnObject(connection, builtinTypes.configmaps, namespace, partName(runId, index));
    await writeOwnObject(connection, object, { metadata: { labels: { ...managedBy, [partLabel]: runId } }, binaryData: { part: part.toString('base64') } });
  }
}

function partName(runId: string, index: number): string {
  return `${recordName(runId)}-plan-${index + 1}`;
}

function leftBy(plan: Plan): { uid: string; hash: string }[] {
  if (plan.purpose !== 'undo') return [];
  return plan.targets.filter(isWorkloadTarget).flatMap(({ action, from, object }) => (action === 'change' && from ? [{ uid: object.uid, hash: from.hash }] : []));
}

/** Index of each target's evidence by its folder, as JSON: what was kept, and its digests. The files stay on the machine. */
async function readEvidenceIndex(directory: string): Promise<string> {
  const folders = await readdir(join(directory, 'evidence')).catch(() => [] as string[]);
  const entries = await Promise.all(
    folders.sort().map(async (folder) => [folder, await readFile(join(directory, 'evidence', folder, 'index.json'), 'utf8').catch(() => undefined)] as const),
  );
  return JSON.stringify(Object.fromEntries(entries.filter(([, text]) => text !== undefined)));
}

/** Whether anything of a run's record is there: also its plan's first part alone, or a record whose answer was lost. */
export async function isRecordBegun(connection: Connection, runId: string, namespace: string): Promise<boolean> {
  const names = [recordName(runId), partName(runId, 0)];
  const objects = await Promise.all(names.map((name) => readOwnObject(connection, builtinTypes.configmaps, namespace, name)));
  return objects.some(({ live }) => live !== undefined);
}

/** A record as it is in the cluster, not yet checked. */
export interface FoundRecord {
  runId: string;
  namespace: string;
  values: Partial<Values>;
  journalText: string;
  /** index.json of each evidence folder, by its name. */
  evidence: Record<string, string>;
}

/** The record of a run, wherever its namespace is. @returns undefined when there is none in this namespace (or in any) */
export async function findRecord(connection: Connection, runId: string, namespace: string | undefined): Promise<FoundRecord | undefined> {
  if (namespace !== undefined) {
    const { live } = await readOwnObject(connection, builtinTypes.configmaps, namespace, recordName(runId));
    return live && toFound(live);
  }
  const { items } = await listObjects(connection, builtinTypes.configmaps, { labelSelector: `${runLabel}=${runId}` });
  return items[0] && toFound(items[0]);
}

/** All records of a namespace, or of all. @throws access.forbidden */
export async function listRecords(connection: Connection, namespace: string | undefined): Promise<FoundRecord[]> {
  const query = namespace === undefined ? {} : { namespace };
  const { items } = await listObjects(connection, builtinTypes.configmaps, { ...query, labelSelector: runLabel });
  return items.flatMap((item) => toFound(item) ?? []);
}

/** The further ConfigMaps of a long plan, in order; short of one that is missing. */
export async function readPlanParts(connection: Connection, { runId, namespace, values }: FoundRecord): Promise<Buffer[]> {
  const names = Array.from({ length: countPlanParts(values) }, (_, index) => partName(runId, index));
  const objects = await Promise.all(names.map((name) => readOwnObject(connection, builtinTypes.configmaps, namespace, name)));
  return objects.map(({ live }) => Buffer.from(String((live?.['binaryData'] as JsonObject | undefined)?.['part'] ?? ''), 'base64'));
}

/** What the runs of a namespace went away from, and which were taken back; read with the metadata alone. @throws access.forbidden */
export async function listLeftMarks(connection: Connection, namespace: string): Promise<{ left: LeftMark[]; reverted: string[] }> {
  const { items } = await listObjects(connection, builtinTypes.configmaps, { namespace, labelSelector: runLabel, metadataOnly: true });
  const marks = items.map(({ metadata }) => ({
    runId: (metadata['labels'] as Record<string, string> | undefined)?.[runLabel] ?? '',
    text: (metadata['annotations'] as Record<string, string> | undefined)?.[leftAnnotation] ?? '',
  }));
  return { left: marks.flatMap(({ runId, text }) => unpackLeft(text, runId)), reverted: marks.filter(({ text }) => text === revertedMark).map(({ runId }) => runId) };
}

/** Somebody may have labelled a ConfigMap of their own: what cannot be read is no record. */
function toFound(object: KubeObject): FoundRecord | undefined {
  const runId = (object.metadata['labels'] as Record<string, string> | undefined)?.[runLabel] ?? '';
  if (!/^r-[0-9a-z]+$/.test(runId) || object.metadata.name !== recordName(runId)) return undefined;
  const values = object as unknown as Partial<Values>;
  try {
    const evidence = JSON.parse(unpackText(values, 'evidence.json') ?? '{}') as Record<string, string>;
    return { runId, namespace: String(object.metadata['namespace'] ?? ''), values, journalText: unpackText(values, 'journal.jsonl') ?? '', evidence };
  } catch {
    return undefined;
  }
}

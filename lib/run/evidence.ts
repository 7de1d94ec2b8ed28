import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { makePrivateDirectory, writeDurably } from '../core/durable-file.ts';
import { isError, RetraceError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { ruleText } from '../core/permission.ts';
import { parseJson, stringifyJson } from '../core/json.ts';
import { redactJson, redactText } from '../core/redaction.ts';
import { isSelected } from '../formats/label-selector.ts';
import type { LabelSelector } from '../formats/label-selector.ts';
import { isControlledBy } from '../formats/owner-reference.ts';
import { readLogs } from '../kube/logs.ts';
import { getObject, listObjects } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { KubeObject } from '../kube/types.ts';
import { deletedError, typeOfRef } from './object-ref.ts';
import type { ObjectRef, Step } from './plan.ts';
import type { StepEnvironment, StepKind } from './step-kind.ts';

/** Evidence of one target, below the run directory: `evidence/monitoring.statefulset-web`. */
function folderOf({ namespace, kind, name }: ObjectRef): string {
  return join('evidence', `${namespace}.${kind.toLowerCase()}-${name}`);
}

const logLimitBytes = 1024 * 1024;
const logTailLines = 5000;
const totalLimitBytes = 32 * 1024 * 1024;

interface EvidenceIndex extends JsonObject {
  takenAt: string;
  files: { path: string; bytes: number; sha256: string }[];
  /** What could not be had, and why: an undo goes on without it, but never silently. */
  gaps: { what: string; why: string }[];
}

/**
 * Freezes what an undo destroys: the workload, its pods and revisions, their events, and the logs of the containers
 * that are not well, current and previous. The index is written last, so a crash in the middle starts over.
 */
export const keepEvidence: StepKind = {
  kind: 'keep-evidence',

  async isDone(step, { directory }) {
    const text = await readFile(join(directory, folderOf(step.target!), 'index.json'), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : summarize(parseJson(text) as EvidenceIndex);
  },

  async run(step: Step, environment: StepEnvironment) {
    const collector = new Collector(environment, step.target!);
    await collectTarget(step.target!, collector);
    return summarize(await collector.finish());
  },
};

/** Keeps one pod more: called before a pod is evicted that was well when the run began. */
export async function keepPodEvidence(pod: KubeObject, target: ObjectRef, environment: StepEnvironment): Promise<void> {
  const collector = new Collector(environment, target);
  await collectPod(pod, collector);
}

function summarize(index: EvidenceIndex): JsonObject {
  const bytes = index.files.reduce((sum, file) => sum + file.bytes, 0);
  return { files: index.files.length, bytes, gaps: index.gaps, takenAt: index.takenAt };
}

class Collector {
  readonly files: EvidenceIndex['files'] = [];
  readonly gaps: EvidenceIndex['gaps'] = [];
  readonly environment: StepEnvironment;
  readonly #directory: string;
  #bytes = 0;

  constructor(environment: StepEnvironment, target: ObjectRef) {
    this.environment = environment;
    this.#directory = join(environment.directory, folderOf(target));
  }

  async add(path: string, text: string): Promise<void> {
    const content = redactText(text);
    const bytes = Buffer.byteLength(content);
    if (this.#bytes + bytes > totalLimitBytes) {
      this.gaps.push({ what: path, why: `over the limit of ${totalLimitBytes} bytes in all` });
      return;
    }
    const full = join(this.#directory, path);
    await makePrivateDirectory(dirname(full));
    await writeDurably(full, content);
    this.#bytes += bytes;
    this.files.push({ path, bytes, sha256: createHash('sha256').update(content).digest('hex') });
  }

  /** Runs one collection; what cannot be had is a gap. A full disk is not: without evidence nothing may be changed. */
  async attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.environment.context.signal.aborted) throw error;
      if (!(error instanceof RetraceError) || error.code === 'file.write') throw error;
      const missing = isError(error, 'access.forbidden') ? error.params.missing.map(ruleText) : [];
      this.gaps.push({ what, why: [error.code, ...missing].join(' ') });
    }
  }

  async finish(): Promise<EvidenceIndex> {
    const index: EvidenceIndex = { takenAt: this.environment.context.now().toISOString(), files: this.files, gaps: this.gaps };
    await makePrivateDirectory(this.#directory);
    await writeDurably(join(this.#directory, 'index.json'), `${stringifyJson(index, 2)}\n`);
    return index;
  }
}

async function collectTarget(target: ObjectRef, collector: Collector): Promise<void> {
  const { connection, context } = collector.environment;
  const { signal } = context;
  const object = await getObject(connection, typeOfRef(target), target.namespace, target.name, { signal });
  if (!object || object.metadata.uid !== target.uid) {
    throw deletedError(target, connection);
  }
  await collector.add(`objects/${target.resource}-${target.name}.json`, pretty(object));
  await collector.attempt(`revisions of ${target.name}`, () => collectRevisions(target, collector));
  const selector = (object.spec as { selector?: LabelSelector } | undefined)?.selector;
  await collector.attempt(`pods of ${target.name}`, async () => {
    const { items } = await listObjects(connection, builtinTypes.pods, { namespace: target.namespace, signal });
    const pods = items.filter((pod) => isSelected(selector, pod.metadata.labels as Record<string, string> | undefined));
    for (const pod of pods) await collectPod(pod, collector);
    await collector.attempt(`events of ${target.name}`, () => collectEvents(target, pods, collector));
  });
}

/** The revisions too: the controller deletes those beyond its history limit, the bad one among them. */
async function collectRevisions(target: ObjectRef, collector: Collector): Promise<void> {
  const type = target.kind === 'Deployment' ? builtinTypes.replicasets : builtinTypes.controllerrevisions;
  const { items } = await listObjects(collector.environment.connection, type, { namespace: target.namespace });
  const own = items.filter((revision) => isControlledBy(revision, target.uid));
  await collector.add(`objects/${type.plural}.json`, pretty(own));
}

async function collectEvents(target: ObjectRef, pods: KubeObject[], collector: Collector): Promise<void> {
  const uids = new Set([target.uid, ...pods.map((pod) => pod.metadata.uid)]);
  const { items } = await listObjects(collector.environment.connection, builtinTypes.events, { namespace: target.namespace });
  const concerned = items.filter((event) => uids.has(String((event.involvedObject as JsonObject | undefined)?.uid)));
  await collector.add('events.json', pretty(concerned));
}

async function collectPod(pod: KubeObject, collector: Collector): Promise<void> {
  await collector.add(`objects/pods-${pod.metadata.name}.json`, pretty(pod));
  for (const container of containersWithTrouble(pod)) {
    for (const previous of [false, true]) {
      await collector.attempt(`log of ${pod.metadata.name}/${container}${previous ? ' (previous)' : ''}`, async () => {
        const log = await readLogs(collector.environment.connection, String(pod.metadata.namespace), pod.metadata.name, {
          container,
          previous,
          tailLines: logTailLines,
          limitBytes: logLimitBytes,
        });
        if (log) await collector.add(`logs/${pod.metadata.name}/${container}${previous ? '.previous' : ''}.log`, log.text);
      });
    }
  }
}

/** Names of containers that are not ready or have been restarted: theirs are the logs that an undo destroys. */
function containersWithTrouble(pod: KubeObject): string[] {
  const status = (pod.status ?? {}) as { containerStatuses?: JsonObject[]; initContainerStatuses?: JsonObject[] };
  const initTrouble = (status.initContainerStatuses ?? []).filter((container) => Number(container.restartCount ?? 0) > 0);
  const trouble = (status.containerStatuses ?? []).filter((container) => container.ready !== true || Number(container.restartCount ?? 0) > 0);
  return [...initTrouble, ...trouble].map((container) => String(container.name));
}

function pretty(value: Json): string {
  return `${stringifyJson(redactJson(value), 2)}\n`;
}

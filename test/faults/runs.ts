/** The runs that are broken on purpose: for each, how the namespace is made ready, what is typed, and which lines its journal has. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ControlPlane } from '../support/control-plane.ts';
import { kubectl, type CommandResult } from '../support/kubectl.ts';
import { createCliHome, runCli, type CliOptions } from '../support/run-cli.ts';
import { lineName } from './cluster-writes.ts';
import { applyManifests, setImage, thanosReceive, waitForRollout, waitForWaitingReason } from '../support/workloads.ts';

/** Where one case of a broken run happens. */
export interface Place {
  readonly cluster: ControlPlane;
  readonly namespace: string;
  readonly home: string;
  readonly runFolder: string;
}

export const target = 'sts/thanos-receive';
/** Short waits: what is tested is that nothing is lost, not how long it is looked at. */
export const quickly = ['--stable-for=1s', '--stuck-after=1s', '--timeout=60s'];

/** Runs `kubectl rollback` from source; `kill` is a point of kill-at.ts: `before:4`, `after:make record`. */
export function rollback(place: Place, args: readonly string[], kill?: string, options: Partial<CliOptions> = {}): Promise<CommandResult> {
  const { runFolder, home, cluster } = place;
  const entry = fileURLToPath(new URL('kill-at.ts', import.meta.url));
  const killed = kill === undefined ? {} : { entry, env: { RETRACE_TEST_KILL: kill, ...options.env } };
  return runCli('rollback', args, { runFolder, home, kubeconfig: cluster.kubeconfig, timeoutMs: 90_000, ...options, ...killed });
}

/** Three kinds of a line: what is written, and of which step. */
const evidence = ['intended keep-evidence', 'done keep-evidence'];
const template = ['intended patch-template', 'done patch-template'];
const replicas = ['intended set-replicas', 'done set-replicas'];
const wait = ['intended wait-rollout', 'noted wait-rollout', 'done wait-rollout'];

const begin = ['take lease', 'make record'];
const templateWrites = ['pre-image patch-template', 'write template'];
const replicasWrites = ['pre-image set-replicas', 'write replicas'];
const end = ['give back lease'];

export interface RunKind {
  /** Lines of the journal of an uninterrupted run. */
  readonly lines: readonly string[];
  /** What it writes to the cluster beside the record's copy of each line, in order. */
  readonly writes: readonly string[];
  /** Makes the namespace ready for the run, the set stuck. */
  prepare(place: Place): Promise<void>;
  /** What is typed. */
  command(place: Place): Promise<string[]>;
}

export const runKinds = {
  undo: {
    lines: ['started', ...evidence, ...template, ...replicas, ...wait, 'finished'],
    writes: [...begin, ...templateWrites, ...replicasWrites, 'evict', ...end],
    prepare: breakHashring,
    command: async ({ namespace }) => ['undo', target, '-n', namespace, '--replicas=3', '--yes', ...quickly],
  },
  apply: {
    lines: ['started', ...evidence, ...template, ...replicas, ...wait, 'finished'],
    writes: [...begin, ...templateWrites, ...replicasWrites, 'evict', ...end],
    prepare: breakHashring,
    async command(place) {
      const { stdout } = await rollback(place, ['plan', target, '-n', place.namespace, '--replicas=3', '-o', 'json', ...quickly]);
      const file = join(place.home, 'plan.json');
      writeFileSync(file, stdout);
      return ['apply', '-f', file, '--yes'];
    },
  },
  repair: {
    lines: ['started', ...evidence, ...wait, 'finished'],
    writes: [...begin, 'evict', ...end],
    async prepare(place) {
      await breakHashring(place);
      // kubectl's own undo puts the template right and leaves the pod stuck (kubernetes#67250).
      await kubectl(place.cluster, ['rollout', 'undo', target], { namespace: place.namespace });
    },
    command: async ({ namespace }) => ['undo', target, '-n', namespace, '--yes', ...quickly],
  },
  revert: {
    lines: ['started', ...evidence, ...template, ...replicas, 'reverted', 'finished'],
    // Before the other run's journal gets its line, its record is brought to where it is.
    writes: [...begin, ...templateWrites, ...replicasWrites, 'other record finished', ...end],
    async prepare(place) {
      await breakHashring(place);
      await rollback(place, await runKinds.undo.command(place));
    },
    async command({ home }) {
      return ['revert', newestRun(home), '--confirm=thanos-receive'];
    },
  },
} satisfies Record<string, RunKind>;

export type RunKindName = keyof typeof runKinds;

/** A good roll-out of two pods, then a bad one that is stuck at the second. */
export async function breakHashring({ cluster, namespace }: Pick<Place, 'cluster' | 'namespace'>): Promise<void> {
  await applyManifests(cluster, namespace, thanosReceive({ replicas: 2 }));
  await waitForRollout(cluster, namespace, target);
  await setImage(cluster, namespace, target, 'thanos:broken');
  await waitForWaitingReason(cluster, namespace, 'thanos-receive-1', 'CrashLoopBackOff');
}

/** The write that copies a line to the record. `reverted` is a line of the run that is reverted. */
export function copyOf(line: string): string {
  return line === 'reverted' ? 'other record reverted' : `record ${line}`;
}

function runsFolder(home: string): string {
  return join(home, 'state', 'retrace', 'runs');
}

/** Another machine: nothing of the first one's files. */
export function elsewhere(place: Place): Place {
  return { ...place, home: createCliHome(place.runFolder) };
}

/** What an hour does to a lock that nobody renews. */
export async function expireLock({ cluster, namespace }: Pick<Place, 'cluster' | 'namespace'>): Promise<void> {
  const spec = { renewTime: '2026-01-01T00:00:00.000000Z' };
  await kubectl(cluster, ['patch', 'lease', 'retrace', '--type=merge', '-p', JSON.stringify({ spec })], { namespace });
}

/** Who has the lock; empty for nobody, and where there never was one. */
export async function readHolder({ cluster, namespace }: Pick<Place, 'cluster' | 'namespace'>): Promise<string> {
  const { stdout } = await kubectl(cluster, ['get', 'lease', 'retrace', '--ignore-not-found', '-o', 'jsonpath={.spec.holderIdentity}'], { namespace });
  return stdout;
}

/** Lines of a run's record in the cluster; undefined where there is none. */
export async function readRecord({ cluster, namespace }: Pick<Place, 'cluster' | 'namespace'>, id: string): Promise<string[] | undefined> {
  const { stdout } = await kubectl(cluster, ['get', 'configmap', `retrace-run-${id}`, '--ignore-not-found', '-o', 'json'], { namespace });
  return stdout === '' ? undefined : parseLines(JSON.parse(stdout).data['journal.jsonl']).map(({ type, step }) => lineName(type, step));
}

/** Id of the run that began last. */
export function newestRun(home: string): string {
  const begun = readdirSync(runsFolder(home)).map((id) => ({ id, at: readJournal(home, id)[0]?.at ?? '9' }));
  const newest = begun.sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
  if (!newest) throw new Error(`no runs in ${runsFolder(home)}`);
  return newest.id;
}

export function journalPath(home: string, id: string): string {
  return join(runsFolder(home), id, 'journal.jsonl');
}

interface JournalLine {
  at: string;
  type: string;
  step?: string;
}

function parseLines(text: string): JournalLine[] {
  return text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as JournalLine);
}

export function readJournal(home: string, id: string): JournalLine[] {
  try {
    return parseLines(readFileSync(journalPath(home, id), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** `done patch-template` for each line: what the lines of a run are compared by. */
export function journalLines(home: string, id: string): string[] {
  return readJournal(home, id).map(({ type, step }) => lineName(type, step));
}

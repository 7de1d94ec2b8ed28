import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../core/context.ts';
import { writeDurably } from '../../core/durable-file.ts';
import type { MissingPermission } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Connection } from '../../kube/types.ts';
import { isWritten } from '../plan.ts';
import type { Plan } from '../plan.ts';
import { readPlainPreImage } from '../pre-image.ts';
import type { StoredRun } from '../run-store.ts';
import { ClusterRecord, isRecordBegun, placeOf, recordNamespace } from './cluster-record.ts';
import { fence } from './fence.ts';
import type { Holder } from './lease.ts';
import { Lock } from './lock.ts';
import { shareFile } from './shared-files.ts';

/** True for a plan whose run has its lock and record in the cluster. */
export function isShared(plan: Pick<Plan, 'targets' | 'options'>): boolean {
  return plan.options.localOnly !== true && namespacesOf(plan).length > 0;
}

/** The namespaces whose lock a plan needs. */
export function namespacesOf({ targets }: Pick<Plan, 'targets'>): string[] {
  return [...new Set(targets.filter(isWritten).map((target) => placeOf(target, targets)))].sort();
}

/** What lock, record and pre-images need to be allowed; asked before the first change together with what the steps need. */
export function permissionsToShare(plan: Pick<Plan, 'targets' | 'options'>): MissingPermission[] {
  const home = recordNamespace(plan);
  if (!isShared(plan) || home === undefined) return [];
  return [
    ...namespacesOf(plan).flatMap((namespace) => each('leases', 'coordination.k8s.io', namespace, ['get', 'create', 'update'])),
    ...each('configmaps', '', home, ['get', 'create', 'update']),
    ...each('secrets', '', home, ['get', 'create', 'update', 'delete']),
  ];
}

/** What giving back locks, deleting what is in Secrets and noting it in the record need. */
export function permissionsToClose(plan: Pick<Plan, 'targets' | 'options'>): MissingPermission[] {
  const verbs: Record<string, string[]> = { leases: ['get', 'update'], configmaps: ['get', 'update'], secrets: ['get', 'delete'] };
  return permissionsToShare(plan).filter(({ resource, verb }) => verbs[resource]!.includes(verb));
}

function each(resource: string, group: string, namespace: string, verbs: string[]): MissingPermission[] {
  return verbs.map((verb) => ({ verb, resource, group, namespace }));
}

/** This process as the holder of a run's locks. The token is made once for a run directory, and stays in it. */
async function holderOf(run: Pick<StoredRun, 'id' | 'directory'>, context: Context): Promise<Holder> {
  let token = await readToken(run.directory);
  if (token === undefined) {
    token = newId('h', context);
    await writeDurably(join(run.directory, 'lock-token'), token);
  }
  return { runId: run.id, token, pid: context.pid, who: `${context.user}@${context.host}` };
}

/** What a run directory is known by in its locks; undefined when it never took one. */
export async function readToken(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, 'lock-token'), 'utf8').catch(() => '');
  return /^h-[0-9a-z]+$/.test(text) ? text : undefined;
}

export interface ShareOptions {
  takeOver: boolean;
  /** The run that this one takes back: its lock is taken as if it were our own. */
  reverts?: { id: string; directory: string } | undefined;
  /** A run of this home, if nobody has to go on with it: then a lock that it could not give back is in nobody's way. */
  findIdle(runId: string): Promise<{ id: string; directory: string } | undefined>;
  /** When it cannot begin, its locks are surely given back, and surely nothing of its record is there. */
  onRefused(): Promise<void>;
}

/** A run's lock and record, as long as one process works on it. */
export class Sharing {
  /** Looks at the lock before each write. */
  readonly connection: Connection;
  readonly #run: StoredRun;
  readonly #context: Context;
  readonly #lock: Lock;
  readonly #home: string;

  private constructor(bare: Connection, run: StoredRun, context: Context, lock: Lock, home: string) {
    this.#run = run;
    this.#context = context;
    this.#lock = lock;
    this.#home = home;
    this.connection = fence(bare, () => lock.check(), context);
  }

  /**
   * Takes the locks of a run, then makes its record, or goes on with it. From here on every line of the journal goes to the
   * record before what it announces is done.
   * @throws run.locked (nothing was changed), and what a write throws
   */
  static async begin(connection: Connection, run: StoredRun, context: Context, { takeOver, reverts, findIdle, onRefused }: ShareOptions): Promise<Sharing> {
    let lock: Lock | undefined;
    let isLocked = false;
    const home = recordNamespace(run.plan)!;
    try {
      const me = await holderOf(run, context);
      const tokenOf = async ({ id, directory }: { id: string; directory: string }) => ({ runId: id, token: await readToken(directory) });
      const continues = await Promise.all([run, ...(reverts ? [reverts] : [])].map(tokenOf));
      const idle = async (runId: string) => {
        const found = await findIdle(runId);
        return found && tokenOf(found);
      };
      lock = new Lock(connection, context, { namespaces: namespacesOf(run.plan), me, continues, findIdle: idle, takeOver });
      await lock.take();
      isLocked = true;
      const record = await ClusterRecord.open(connection, run, home);
      run.journal.onAppended = () => record.write();
      return new Sharing(connection, run, context, lock, home);
    } catch (error) {
      await giveUp().catch(() => undefined);
      throw error;
    }

    /** A run whose record may be there stays on this machine too: it is seen in `runs`, and ended by `close`. */
    async function giveUp(): Promise<void> {
      await lock?.release();
      if (!isLocked || !(await isRecordBegun(connection, run.id, home))) await onRefused();
    }
  }

  /** @throws run.lock-lost */
  check(): Promise<void> {
    return this.#lock.check();
  }

  /**
   * Keeps a step's pre-image in the cluster too: this machine may die between a delete and a create.
   * @throws pre-image.too-large, pre-image.sealed: nothing was written for it
   */
  async sharePreImage(stepId: string): Promise<void> {
    const place = { namespace: this.#home, runId: this.#run.id };
    await shareFile(this.connection, place, stepId, () => readPlainPreImage(this.#run.directory, stepId, this.#context));
  }

  /**
   * Ends the work: the locks are given back, or, of a run that is half way, kept as expired. What fails here changes nothing:
   * a lock that nobody renews expires.
   */
  async end(how: 'over' | 'half-way'): Promise<void> {
    this.#run.journal.onAppended = undefined;
    await (how === 'over' ? this.#lock.release() : this.#lock.keepExpired()).catch(() => undefined);
  }
}

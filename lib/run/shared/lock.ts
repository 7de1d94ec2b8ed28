import type { Context } from '../../core/context.ts';
import { isError, RetraceError } from '../../core/errors.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { Connection, KubeObject } from '../../kube/types.ts';
import { formatHolder, judgeLease, leaseDurationMs, leaseName, leaseSpec, readLease } from './lease.ts';
import type { Claim, Holder, LeaseFacts } from './lease.ts';
import { readOwnObject, writeOwnObject } from './own-object.ts';
import type { OwnObject } from './own-object.ts';
import { serverNowMs } from '../../kube/server-time.ts';

export interface LockRequest {
  /** Every namespace that the run writes. */
  namespaces: readonly string[];
  me: Holder;
  continues: Claim['continues'];
  takeOver: boolean;
}

/** The locks of a run. Every write of a Lease has what was read as its precondition, so of two that want one, one gets it. */
export class Lock {
  readonly #connection: Connection;
  readonly #context: Context;
  readonly #request: LockRequest;
  readonly #held = new Map<string, OwnObject>();
  #work: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(connection: Connection, context: Context, request: LockRequest) {
    this.#connection = connection;
    this.#context = context;
    this.#request = request;
  }

  /**
   * Takes the lock of each namespace, in sorted order, so that two runs never wait for each other. All or none.
   * @throws run.locked with the holder
   */
  static async take(connection: Connection, context: Context, request: LockRequest): Promise<Lock> {
    const lock = new Lock(connection, context, request);
    try {
      for (const namespace of [...new Set(request.namespaces)].sort()) await lock.#take(namespace);
    } catch (error) {
      await lock.release().catch(() => undefined);
      throw error;
    }
    lock.#timer = setInterval(() => void lock.#renewAll(), leaseDurationMs / 3);
    lock.#timer.unref?.();
    return lock;
  }

  /**
   * Looks whether every lock still is ours, as before each write: this laptop may have slept. One that has expired and was not
   * taken is renewed first.
   * @throws run.lock-lost with the new holder
   */
  check(): Promise<void> {
    return this.#inTurn(async () => {
      for (const namespace of this.#held.keys()) await this.#renew(namespace, { onlyWhenLate: true });
    });
  }

  /** Gives the locks back. */
  release(): Promise<void> {
    return this.#end(() => releasedSpec);
  }

  /** Keeps the locks of a run that stopped half way, as expired: nobody works under them, and another run needs --take-over. */
  keepExpired(): Promise<void> {
    return this.#end((live) => leaseSpec(this.#request.me, this.#nowMs(), { ...historyOf(live), durationMs: 1000 }));
  }

  #nowMs(): number {
    return serverNowMs(this.#connection, this.#context);
  }

  async #take(namespace: string): Promise<void> {
    const { me, continues, takeOver } = this.#request;
    for (;;) {
      const lease = await readOwnObject(this.#connection, builtinTypes.leases, namespace, leaseName);
      const facts = readLease(lease.live);
      const nowMs = this.#nowMs();
      const verdict = judgeLease(facts, { me, continues, takeOver, nowMs, isProcessAlive: this.#context.isProcessAlive });
      if (verdict === 'live' || verdict === 'expired') throw lockedError(facts, namespace, { isExpired: verdict === 'expired', forRun: me.runId, connection: this.#connection });
      const { transitions } = historyOf(lease.live);
      try {
        this.#held.set(namespace, await this.#write(lease, leaseSpec(me, nowMs, { transitions: transitions + 1 })));
        return;
      } catch (error) {
        // Somebody was faster: the next look says who.
        if (!isError(error, 'server.conflict')) throw error;
      }
    }
  }

  #write(lease: OwnObject, spec: KubeObject['spec']): Promise<OwnObject> {
    return writeOwnObject(this.#connection, lease, { spec: spec ?? {} });
  }

  async #renew(namespace: string, { onlyWhenLate }: { onlyWhenLate: boolean }): Promise<void> {
    const lease = await readOwnObject(this.#connection, builtinTypes.leases, namespace, leaseName);
    const facts = readLease(lease.live);
    const nowMs = this.#nowMs();
    // Held by nobody is lost too: another took it when it had expired and is done already, or a colleague closed the run. Of a Lease
    // that was deleted nothing is known: the precondition of the write decides who is first.
    if (lease.live && facts.holderIdentity !== formatHolder(this.#request.me)) throw lost(facts, namespace, this.#request.me);
    if (onlyWhenLate && facts.untilMs - nowMs > leaseDurationMs / 2) return;
    try {
      this.#held.set(namespace, await this.#write(lease, leaseSpec(this.#request.me, nowMs, historyOf(lease.live))));
    } catch (error) {
      if (!isError(error, 'server.conflict')) throw error;
      throw lost(readLease((await readOwnObject(this.#connection, builtinTypes.leases, namespace, leaseName)).live), namespace, this.#request.me);
    }
  }

  /** In the background: what goes wrong here is found by `check`, before it matters. */
  #renewAll(): Promise<void> {
    return this.#inTurn(async () => {
      for (const namespace of this.#held.keys()) await this.#renew(namespace, { onlyWhenLate: false });
    }).catch(() => undefined);
  }

  #end(specFor: (live: KubeObject | undefined) => KubeObject['spec']): Promise<void> {
    clearInterval(this.#timer);
    return this.#inTurn(async () => {
      for (const namespace of this.#held.keys()) {
        const lease = await readOwnObject(this.#connection, builtinTypes.leases, namespace, leaseName);
        const isOurs = readLease(lease.live).holderIdentity === formatHolder(this.#request.me);
        if (isOurs) await this.#write(lease, specFor(lease.live));
      }
      this.#held.clear();
    });
  }

  /** One after the other: the renewal in the background must not be taken for a stranger. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#work.then(work);
    this.#work = turn.catch(() => undefined);
    return turn;
  }
}

/** Gives back the locks of a run that nobody works on. */
export async function releaseLocksOf(runId: string, namespaces: readonly string[], connection: Connection): Promise<void> {
  for (const namespace of namespaces) {
    const lease = await readOwnObject(connection, builtinTypes.leases, namespace, leaseName);
    if (readLease(lease.live).holder?.runId === runId) await writeOwnObject(connection, lease, { spec: releasedSpec });
  }
}

const releasedSpec = { leaseDurationSeconds: 1, leaseTransitions: 0 };

function historyOf(live: KubeObject | undefined): { acquiredAt?: string; transitions: number } {
  const spec = (live?.spec ?? {}) as { acquireTime?: string; leaseTransitions?: number };
  return { transitions: spec.leaseTransitions ?? 0, ...(spec.acquireTime === undefined ? {} : { acquiredAt: spec.acquireTime }) };
}

function whoOf({ holder, holderIdentity }: LeaseFacts): { holder: string; runId: string } {
  return holder ? { holder: holder.who, runId: holder.runId } : { holder: holderIdentity, runId: '' };
}

/** That somebody else holds the lock of a namespace, and how to look at what they do. */
export function lockedError(facts: LeaseFacts, namespace: string, { isExpired, forRun, connection }: { isExpired: boolean; forRun: string; connection: Connection }): RetraceError {
  const who = whoOf(facts);
  const command = `kubectl rollback status ${who.runId} -n ${namespace}${connection.flagsForHints}`;
  return new RetraceError('run.locked', { ...who, namespace, since: facts.since, until: new Date(facts.untilMs).toISOString(), isExpired, isSameRun: who.runId === forRun, command });
}

function lost(facts: LeaseFacts, namespace: string, { runId: id }: Holder): RetraceError {
  const { holder, runId: byRun } = whoOf(facts);
  return new RetraceError('run.lock-lost', { id, namespace, holder, byRun, since: facts.since, command: `kubectl rollback resume ${id}` });
}

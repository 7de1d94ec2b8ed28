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
  /** A run that holds the lock, if it is one of this home that is in nobody's way: over, or ended before its first change. */
  findIdle(runId: string): Promise<Claim['continues'][number] | undefined>;
  takeOver: boolean;
}

/** The locks of a run. Every write of a Lease has what was read as its precondition, so of two that want one, one gets it. */
export class Lock {
  readonly #connection: Connection;
  readonly #context: Context;
  readonly #request: LockRequest;
  /** Namespaces whose lock we have, or may have: an answer was lost. */
  readonly #held = new Set<string>();
  #work: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(connection: Connection, context: Context, request: LockRequest) {
    this.#connection = connection;
    this.#context = context;
    this.#request = request;
  }

  /**
   * Takes the lock of each namespace, in sorted order, so that two runs never wait for each other. What it took before it was
   * refused one, `release` gives back.
   * @throws run.locked with the holder
   */
  async take(): Promise<void> {
    for (const namespace of [...new Set(this.#request.namespaces)].sort()) await this.#take(namespace);
    this.#timer = setInterval(() => void this.#renewAll(), leaseDurationMs / 3);
    this.#timer.unref?.();
  }

  /**
   * Looks whether every lock still is ours, as before each write: this laptop may have slept. One that has expired and was not
   * taken is renewed first.
   * @throws run.lock-lost with the new holder
   */
  check(): Promise<void> {
    return this.#inTurn(async () => {
      for (const namespace of this.#held) await this.#renew(namespace, { onlyWhenLate: true });
    });
  }

  /** Gives the locks back. @throws when it is not known whether all are */
  release(): Promise<void> {
    return this.#end(() => releasedSpec);
  }

  /** Keeps the locks of a run that stopped half way, as expired: nobody works under them, and another run needs --take-over. */
  keepExpired(): Promise<void> {
    return this.#end((live) => leaseSpec(this.#request.me, this.#nowMs() - expiredForMs, { ...historyOf(live), durationMs: 1000 }));
  }

  #nowMs(): number {
    return serverNowMs(this.#connection, this.#context);
  }

  #take(namespace: string): Promise<void> {
    const { me, continues, findIdle, takeOver } = this.#request;
    return this.#write(namespace, async ({ live }, nowMs) => {
      const facts = readLease(live);
      const idle = facts.holder && (await findIdle(facts.holder.runId));
      const claim = { me, continues: idle ? [...continues, idle] : continues, takeOver, nowMs, isProcessAlive: this.#context.isProcessAlive };
      const verdict = judgeLease(facts, claim);
      if (verdict === 'live' || verdict === 'expired') throw lockedError(facts, namespace, { isExpired: verdict === 'expired', forRun: me.runId, connection: this.#connection });
      this.#held.add(namespace);
      return leaseSpec(me, nowMs, { transitions: historyOf(live).transitions + 1 });
    });
  }

  #renew(namespace: string, { onlyWhenLate }: { onlyWhenLate: boolean }): Promise<void> {
    return this.#write(namespace, async ({ live }, nowMs) => {
      const facts = readLease(live);
      // Held by nobody is lost too: another took it when it had expired and is done already, or a colleague closed the run. Of a Lease
      // that was deleted nothing is known: the precondition of the write decides who is first.
      if (live && !this.#isOurs(facts)) throw lost(facts, namespace, this.#request.me);
      if (onlyWhenLate && facts.untilMs - nowMs > leaseDurationMs / 2) return undefined;
      return leaseSpec(this.#request.me, nowMs, historyOf(live));
    });
  }

  /**
   * Writes what a look at the Lease decides, undefined for nothing. When the Lease has changed since the look (somebody else, or an earlier
   * write of our own that arrived late), it looks again.
   */
  async #write(namespace: string, decide: (lease: OwnObject, nowMs: number) => Promise<KubeObject['spec'] | undefined>): Promise<void> {
    for (let refused: OwnObject | undefined; ; ) {
      const lease = await readOwnObject(this.#connection, builtinTypes.leases, namespace, leaseName);
      const spec = await decide(lease, this.#nowMs());
      if (spec === undefined) return;
      try {
        await writeOwnObject(this.#connection, lease, { spec });
        return;
      } catch (error) {
        const isUnchanged = refused && refused.live?.metadata.resourceVersion === lease.live?.metadata.resourceVersion;
        if (!isError(error, 'server.conflict') || isUnchanged) throw error;
        refused = lease;
      }
    }
  }

  #isOurs({ holderIdentity }: LeaseFacts): boolean {
    return holderIdentity === formatHolder(this.#request.me);
  }

  /** In the background: what goes wrong here is found by `check`, before it matters. */
  #renewAll(): Promise<void> {
    return this.#inTurn(async () => {
      for (const namespace of this.#held) await this.#renew(namespace, { onlyWhenLate: false });
    }).catch(() => undefined);
  }

  #end(specFor: (live: KubeObject | undefined) => KubeObject['spec']): Promise<void> {
    clearInterval(this.#timer);
    return this.#inTurn(async () => {
      for (const namespace of this.#held) await this.#write(namespace, async ({ live }) => (this.#isOurs(readLease(live)) ? specFor(live) : undefined));
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

/** A Lease lasts a second at least, and the server's clock is known to half of one: what is kept as expired is so at once. */
const expiredForMs = 2_000;

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

import type { CheckResult, Question } from '../checks/check.ts';
import { finding } from '../checks/finding.ts';
import type { Finding } from '../checks/finding.ts';
import { byWeight, worstOf } from '../checks/verdict.ts';
import { judgeDrained } from '../checks/remote-write/drained.ts';
import type { SenderFacts } from '../checks/remote-write/queues.ts';
import { betweenScrapesMs, scrapeOnce, unseenFinding } from '../checks/two-scrapes.ts';
import type { Unseen } from '../checks/two-scrapes.ts';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { sleep } from '../core/time.ts';
import { SenderReader } from '../formats/remote-write.ts';
import type { SenderScrape } from '../formats/remote-write.ts';
import { controllerOwnerOf } from '../formats/owner-reference.ts';
import { readClusterRef } from '../kube/cluster-identity.ts';
import { listObjects } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import { serverNowMs } from '../kube/server-time.ts';
import type { ResolvedTarget } from '../kube/targets.ts';
import type { Connection, KubeObject } from '../kube/types.ts';
import { componentsOf } from '../prometheus/components.ts';
import type { Component, Role } from '../prometheus/components.ts';
import { openEndpoints } from '../prometheus/endpoint.ts';
import { conclude } from './verify.ts';
import type { Verification } from './verify.ts';

export interface DrainRequest {
  targets: readonly ResolvedTarget[];
  namespace: string;
  timeoutMs: number;
  onLook(seen: Verification): void;
}

const betweenLooksMs = 5000;

/**
 * Looks at the senders among the targets' pods until all that was there at the first look has left each of their queues. Ends
 * early when it will not: samples are lost, nothing moves, or one of them began anew, for what it held is not known then.
 * @throws drain.no-sender; server.*, access.forbidden
 */
export async function drain(request: DrainRequest, connection: Connection, context: Context): Promise<Verification> {
  const senders = await findSenders(request, connection);
  const cluster = await readClusterRef(connection);
  const { endpoint, close } = openEndpoints(connection, context);
  const watched = senders.map((component) => ({ component, taken: [] as Taken[] }));
  const deadlineMs = serverNowMs(connection, context) + request.timeoutMs;
  try {
    for (;;) {
      const unseen = (await Promise.all(watched.map((one) => scrapeInto(one, { connection, context, endpoint })))).flatMap((problem) => problem ?? []);
      const nowMs = serverNowMs(connection, context);
      const seen = concludeLook(watched, unseen, request.namespace, nowMs, cluster);
      if (seen !== undefined) {
        request.onLook(seen);
        if (seen.exitCode !== 8 || nowMs >= deadlineMs) return seen;
      }
      await sleep(betweenLooksMs, context.signal);
      context.signal.throwIfAborted();
    }
  } finally {
    await close();
  }
}

/** A scrape with the time of this machine, which only tells scrapes apart. */
interface Taken {
  takenMs: number;
  scrape: SenderScrape;
}

interface Watched {
  component: Component;
  /** The earliest first. */
  taken: Taken[];
}

async function scrapeInto({ component, taken }: Watched, reach: Parameters<typeof scrapeOnce>[0]): Promise<Unseen | undefined> {
  try {
    taken.push({ takenMs: reach.context.now().getTime(), scrape: await scrapeOnce(reach, component, new SenderReader()) });
    return undefined;
  } catch (error) {
    if (error instanceof RetraceError) return { code: error.code, params: error.params };
    throw error;
  }
}

/** @returns undefined while there are not yet two scrapes far enough apart */
function concludeLook(watched: readonly Watched[], unseen: readonly Unseen[], namespace: string, nowMs: number, cluster: Verification['cluster']): Verification | undefined {
  const firsts = watched.flatMap(({ taken: [first] }) => first?.scrape ?? []);
  const pastAt = firsts.map(({ at }) => at).sort().at(-1);
  const facts = watched.flatMap(({ component: { pod, namespace: place }, taken }): SenderFacts[] => {
    const newest = taken.at(-1);
    const before = taken.findLast(({ takenMs }) => newest !== undefined && newest.takenMs - takenMs >= betweenScrapesMs);
    return newest === undefined || before === undefined ? [] : [{ pod, namespace: place, scrapes: [before.scrape, newest.scrape] }];
  });
  const hasQueues = firsts.some(({ queues }) => queues.length > 0);
  if (unseen.length === 0 && hasQueues && facts.length < watched.length) return undefined;
  const now = new Date(nowMs).toISOString();
  const question: Question = { now, stableForMs: 0, namespace };
  const found: Finding[] = unseen.length > 0 ? unseen.map(unseenFinding) : hasQueues ? judgeDrained(facts, pastAt!, question).map(judgeAnew) : [finding('no-queues', 'pass', { senders: watched.length })];
  const findings = found.toSorted((a, b) => byWeight(a.verdict, b.verdict));
  const result: CheckResult = { check: 'drained', verdict: worstOf(findings.map(({ verdict }) => verdict)), gating: true, findings, facts: { senders: facts } as unknown as Json };
  return conclude([result], { namespaces: [namespace], ...(pastAt === undefined ? {} : { since: pastAt }) }, cluster, now);
}

/** What a queue held that began anew while it was watched was not seen to leave, and will not be. */
function judgeAnew(found: Finding): Finding {
  return found.code === 'queue-new' ? { ...found, verdict: 'inconclusive' } : found;
}

const senderRoles: readonly Role[] = ['prometheus', 'agent', 'rule'];

/** The senders among the pods that the targets are, or control over other objects: an operator's Prometheus has its pods by a StatefulSet. */
async function findSenders({ targets, namespace }: DrainRequest, connection: Connection): Promise<Component[]> {
  const lists = await Promise.all([builtinTypes.pods, builtinTypes.statefulsets, builtinTypes.replicasets].map((type) => listObjects(connection, type, { namespace })));
  const [pods = [], ...between] = lists.map(({ items }) => items);
  const ownerOf = new Map(between.flat().map((object) => [object.metadata.uid, controllerOwnerOf(object)?.uid]));
  const chainOf = (pod: KubeObject): string[] => {
    const chain = [pod.metadata.uid];
    for (let owner = controllerOwnerOf(pod)?.uid; owner !== undefined && !chain.includes(owner); owner = ownerOf.get(owner)) chain.push(owner);
    return chain;
  };
  const found = targets.map(({ type, object }) => {
    const mine = pods.filter((pod) => chainOf(pod).includes(object.metadata.uid));
    if (!componentsOf(mine).some(({ role }) => senderRoles.includes(role))) throw new RetraceError('drain.no-sender', { target: `${type.singular}/${object.metadata.name}` });
    return mine;
  });
  // A pod may be of two of them.
  return componentsOf([...new Set(found.flat())]).filter(({ role }) => senderRoles.includes(role));
}

import type { ReceiveScrape } from '../formats/receive.ts';
import { ReceiveReader } from '../formats/receive.ts';
import { defineCheck, nameFor } from './check.ts';
import type { Question } from './check.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';
import { scrapeTwice, unseenFinding } from './two-scrapes.ts';
import type { ScrapedTwice, Unseen } from './two-scrapes.ts';

export type ReceiverFacts = Pick<ScrapedTwice<ReceiveScrape>, 'pod' | 'namespace' | 'scrapes'>;

/** thanos mixin ThanosReceiveHttpRequestErrorRateHigh: `> 5` percent. */
const highErrorShare = 0.05;

/**
 * What the receivers answered to write requests between two scrapes. The shipped alerts look at 5xx alone, which senders try
 * again; what is lost are the 4xx. 409 is mixed: the good samples of the request are stored, the sender counts it as lost whole.
 */
export const receive = defineCheck({
  name: 'receive',
  decides: 'now',
  sources: ['thanos-io/thanos pkg/receive/handler.go', 'thanos-io/thanos pkg/receive/writer.go', 'thanos-io/thanos examples/alerts/alerts.yaml'],
  needs: [{ verb: 'list', resource: 'pods', group: '' }, { verb: 'create', resource: 'pods/portforward', group: '' }],
  async observe(scene): Promise<{ receivers: ReceiverFacts[]; unseen: Unseen[] }> {
    const { seen, unseen } = await scrapeTwice(scene, ['receive'], () => new ReceiveReader(), () => true);
    return { receivers: seen, unseen };
  },
  judge: ({ receivers, unseen }, question) => [...judgeReceivers(receivers, question), ...unseen.map(unseenFinding)],
});

/** By status code, of each receiver. Pure. */
export function judgeReceivers(receivers: readonly ReceiverFacts[], question: Question): Finding[] {
  const views = receivers.map((receiver) => viewReceiver(receiver));
  const found = receivers.flatMap((receiver, at) => judgeReceiver(nameFor({ name: receiver.pod, namespace: receiver.namespace }, question), views[at], question));
  if (receivers.length === 0 || found.some(({ verdict }) => verdict !== 'warn')) return found;
  const requests = sum(views.map((view) => view?.of ?? 0));
  const overMs = Math.max(...views.map((view) => view?.overMs ?? 0));
  // One of several may have none of its own: senders keep their connections.
  if (requests === 0) return [finding('receive-quiet', 'inconclusive', { receivers: receivers.length, overMs })];
  const samples = sum(views.map((view) => view?.samples['200'] ?? 0));
  return found.length > 0 ? found : [finding('receive-accepts', 'pass', { receivers: receivers.length, requests, samples, overMs })];
}

interface ReceiverView {
  overMs: number;
  /** Requests by code. */
  answers: Record<string, number>;
  of: number;
  samples: Record<string, number>;
}

/** @returns undefined when it restarted between the scrapes */
function viewReceiver({ scrapes: [before, after] }: ReceiverFacts): ReceiverView | undefined {
  const answers = grown(before.answers, after.answers);
  const samples = grown(before.samples, after.samples);
  if (before.startedAt !== after.startedAt || answers === undefined || samples === undefined) return undefined;
  return { overMs: Date.parse(after.at) - Date.parse(before.at), answers, of: sum(Object.values(answers)), samples };
}

function judgeReceiver(receiver: string, view: ReceiverView | undefined, { now, stableForMs }: Question): Finding[] {
  if (view === undefined) return [finding('receive-restarted', 'pending', { receiver }, new Date(Date.parse(now) + stableForMs).toISOString())];
  const { answers, of, overMs } = view;
  return Object.entries(answers).flatMap(([code, requests]) => {
    if (requests === 0 || code.startsWith('2')) return [];
    const told = { receiver, code, requests, of, overMs };
    if (code.startsWith('5')) return [finding('receive-errors', requests > highErrorShare * of ? 'fail' : 'warn', told)];
    return [code === '409' ? finding('receive-conflicts', 'warn', told) : finding('receive-refuses', 'fail', told)];
  });
}

/** @returns undefined when a counter went back */
function grown(before: Record<string, number>, after: Record<string, number>): Record<string, number> | undefined {
  const counts = Object.entries(after).map(([code, count]) => [code, count - (before[code] ?? 0)] as const);
  return counts.some(([, count]) => count < 0) || Object.keys(before).some((code) => !(code in after)) ? undefined : Object.fromEntries(counts);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

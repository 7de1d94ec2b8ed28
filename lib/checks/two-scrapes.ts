import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import { sleep } from '../core/time.ts';
import type { Sample } from '../formats/exposition/sample.ts';
import { serverNowMs } from '../kube/server-time.ts';
import type { Connection } from '../kube/types.ts';
import { readMetrics } from '../prometheus/api.ts';
import type { Component, Role } from '../prometheus/components.ts';
import type { Endpoint } from '../prometheus/endpoint.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

/** A component with two scrapes of it, the earlier one first. */
export interface ScrapedTwice<S> {
  pod: string;
  namespace: string;
  role: Role;
  scrapes: [S, S];
}

/** Why one of them could not be scraped. */
export interface Unseen {
  code: ErrorCode;
  params: object;
}

/** Takes the samples of one scrape. */
export interface ScrapeReader<S> {
  take(sample: Sample): void;
  /** @param at when it was scraped by the clock of the component, RFC 3339 */
  finish(at: string): S;
}

/** What is needed to reach them. */
export interface Reach {
  connection: Connection;
  context: Context;
  components(): Promise<Component[]>;
  endpoint(component: Component): Promise<Endpoint>;
}

/** A batch waits 5 s and a target is mostly scraped once in 15 s or more often: in less a queue may rest by chance. */
export const betweenScrapesMs = 15_000;

/**
 * Scrapes every component of these roles, waits, and scrapes again those that are of interest. Counters prove nothing by
 * themselves: what they did in between does.
 * @param isOfInterest whether a second scrape is worth its time
 */
export async function scrapeTwice<S>(reach: Reach, roles: readonly Role[], makeReader: () => ScrapeReader<S>, isOfInterest: (first: S) => boolean): Promise<{ seen: ScrapedTwice<S>[]; unseen: Unseen[] }> {
  const { context } = reach;
  const components = (await reach.components()).filter(({ role }) => roles.includes(role));
  const unseen: Unseen[] = [];
  const scrape = async (component: Component): Promise<S | undefined> => {
    try {
      return await scrapeOnce(reach, component, makeReader());
    } catch (error) {
      if (!(error instanceof RetraceError)) throw error;
      unseen.push({ code: error.code, params: error.params });
      return undefined;
    }
  };
  const first = await Promise.all(components.map(async (component) => ({ component, scrape: await scrape(component) })));
  const wanted = first.flatMap(({ component, scrape: before }) => (before !== undefined && isOfInterest(before) ? [{ component, before }] : []));
  if (wanted.length === 0) return { seen: [], unseen };
  await sleep(betweenScrapesMs, context.signal);
  context.signal.throwIfAborted();
  const both = await Promise.all(wanted.map(async ({ component, before }) => ({ component, before, after: await scrape(component) })));
  const seen = both.flatMap(({ component: { pod, namespace, role }, before, after }): ScrapedTwice<S>[] => (after === undefined ? [] : [{ pod, namespace, role, scrapes: [before, after] }]));
  return { seen, unseen };
}

/** One scrape. @throws endpoint.* */
export async function scrapeOnce<S>({ connection, context, endpoint }: Pick<Reach, 'connection' | 'context' | 'endpoint'>, component: Component, reader: ScrapeReader<S>): Promise<S> {
  const at = await readMetrics(await endpoint(component), (sample) => reader.take(sample));
  return reader.finish((at ?? new Date(serverNowMs(connection, context))).toISOString());
}

/** What could not be looked at is never well. */
export function unseenFinding({ code, params }: Unseen): Finding {
  return finding('not-observed', 'inconclusive', { code, params });
}

import { atMost } from '../../core/at-most.ts';
import { RetraceError } from '../../core/errors.ts';
import { isPodEnded } from '../../formats/pod.ts';
import { builtinTypes } from '../../kube/paths.ts';
import { serverNowMs } from '../../kube/server-time.ts';
import { queryInstant } from '../../prometheus/api.ts';
import type { Component } from '../../prometheus/components.ts';
import type { Endpoint } from '../../prometheus/endpoint.ts';
import { rawQuery, readRawSamples, secondsText, type TimeRange } from '../../prometheus/raw-samples.ts';
import { listLostStores } from '../../prometheus/stores.ts';
import type { Scene } from '../check.ts';
import { coverTargets } from './cover.ts';
import type { ContinuityFacts, SeriesFacts } from './facts.ts';
import { readScrapers } from './scrapers.ts';
import { StretchRecorder } from './stretch.ts';

/** Before the change: enough to know intervals of a minute. */
const pastMs = 1_800_000;
/** Without a change to compare with, the last hour is judged. */
const recentMs = 3_600_000;
const mostSeries = 100_000;
/** In one answer: 25 times fewer than what Prometheus allows (--query.max-samples), for it has others to serve. */
const samplesOfQuery = 2_000_000;
/** Places that are asked at once; each is asked one question at a time. */
const placesAtOnce = 2;

interface Samples {
  series: SeriesFacts[];
  warnings: string[];
  tooMany?: number;
}

/**
 * The times of all samples of the scene's selector, in the centre if there is one, else in each Prometheus server. Kept are
 * stretches of one pace, so memory does not grow with the window.
 * @throws endpoint.*, access.forbidden
 */
export async function observeContinuity(scene: Scene): Promise<ContinuityFacts> {
  const components = await scene.components();
  const scraping = components.filter(({ role }) => role === 'prometheus' || role === 'agent');
  const servers = components.filter(({ role }) => role === 'prometheus');
  const queries = components.filter(({ role }) => role === 'query');
  // One of several queriers: all of them ask the same stores.
  const centre = queries.find(({ ready }) => ready) ?? queries[0];
  const places = centre ? [centre] : servers;
  const [scrapers, pods] = await Promise.all([readScrapers(scene, scraping), scene.list(builtinTypes.pods)]);
  const toMs = serverNowMs(scene.connection, scene.context);
  const window = { fromMs: scene.since === undefined ? toMs - recentMs : Date.parse(scene.since) - pastMs, toMs };
  const asked = await atMost(placesAtOnce, places, async (place) => askPlace(await scene.endpoint(place), scene.series, window, centre === undefined));
  const series = asked.flatMap((samples) => samples.series);
  const tooMany = asked.find((samples) => samples.tooMany !== undefined)?.tooMany;
  return {
    selector: scene.series,
    places: places.map(({ pod }) => pod),
    ...window,
    series,
    // Asked after the series: a store that was lost meanwhile is told too.
    warnings: [...asked.flatMap(({ warnings }) => warnings), ...(centre ? await listLostStores(await scene.endpoint(centre)) : [])],
    ...(tooMany === undefined ? {} : { tooMany: { series: tooMany, most: mostSeries } }),
    scrapers,
    local: centre && coverTargets({ series, scrapers }).some(({ holes }) => holes.length > 0) ? await askScrapers(servers, scene, window) : [],
    pods: pods.filter((pod) => !isPodEnded(pod)).map(({ metadata }) => `${String(metadata['namespace'])}/${metadata.name}`),
  };
}

async function askPlace(endpoint: Endpoint, selector: string, window: TimeRange, isScraper: boolean): Promise<Samples> {
  const counted = `count_over_time(${selector}[${window.toMs - window.fromMs}ms])`;
  const [series, samples] = await Promise.all(['count', 'sum'].map((operator) => queryInstant(endpoint, `${operator}(${counted})`, { time: secondsText(window.toMs), ...rawQuery })));
  const warnings = new Set([...series!.warnings, ...samples!.warnings]);
  const seriesCount = series!.samples[0]?.value ?? 0;
  if (seriesCount > mostSeries) return { series: [], warnings: [...warnings], tooMany: seriesCount };
  const known = new Map<string, { labels: Record<string, string>; recorder: StretchRecorder }>();
  const queries = Math.max(1, Math.ceil((samples!.samples[0]?.value ?? 0) / samplesOfQuery));
  const stepMs = Math.ceil((window.toMs - window.fromMs) / queries);
  for (let fromMs = window.fromMs; fromMs < window.toMs; fromMs += stepMs) {
    const range = { fromMs, toMs: Math.min(window.toMs, fromMs + stepMs) };
    for (const warning of await readRawSamples(endpoint, selector, range, ({ labels, timesMs }) => recorderFor(known, labels).add(timesMs))) warnings.add(warning);
  }
  const facts = [...known.values()].map(({ labels, recorder }): SeriesFacts => ({
    labels,
    stretches: recorder.stretches,
    ...(recorder.isIrregular ? { irregular: true } : {}),
    ...(isScraper ? { scraper: endpoint.component.pod } : {}),
  }));
  return { series: facts, warnings: [...warnings] };
}

function recorderFor(known: Map<string, { labels: Record<string, string>; recorder: StretchRecorder }>, labels: Readonly<Record<string, string>>): StretchRecorder {
  const key = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const found = known.get(key);
  if (found) return found.recorder;
  const recorder = new StretchRecorder();
  known.set(key, { labels: { ...labels }, recorder });
  return recorder;
}

/** What the scrapers themselves have: it tells who lost what the centre lacks. One that does not answer tells nothing. */
async function askScrapers(servers: readonly Component[], scene: Scene, window: TimeRange): Promise<SeriesFacts[]> {
  const asked = await atMost(placesAtOnce, servers, async (server) => {
    try {
      return (await askPlace(await scene.endpoint(server), scene.series, window, true)).series;
    } catch (error) {
      if (error instanceof RetraceError) return [];
      throw error;
    }
  });
  return asked.flat();
}

import { load } from 'js-yaml';
import { parseDuration } from '../../core/durations.ts';
import { RetraceError } from '../../core/errors.ts';
import { textAt, textsAt } from '../../core/fields.ts';
import { containerStatesOf } from '../../formats/pod.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { KubeObject } from '../../kube/types.ts';
import { listTargets, readMetrics, readRunningConfig } from '../../prometheus/api.ts';
import type { Component } from '../../prometheus/components.ts';
import type { Endpoint } from '../../prometheus/endpoint.ts';
import type { Scene } from '../check.ts';
import type { RestartFacts, ScraperFacts } from './facts.ts';

/** What the old process wrote last and the new one reads first is nearer than this, or they are not one restart. */
const longestStartMs = 600_000;
/** Between the kubelet's time of a container and its process' own. */
const clocksApartMs = 5000;

/** Every Prometheus that scrapes, server or agent. Of one that does not answer only its name is known. @throws access.forbidden */
export async function readScrapers(scene: Scene, components: readonly Component[]): Promise<ScraperFacts[]> {
  const pods = await scene.list(builtinTypes.pods);
  return Promise.all(
    components.map(async (component) => {
      const pod = pods.find(({ metadata }) => metadata.name === component.pod && metadata['namespace'] === component.namespace);
      try {
        const endpoint = await scene.endpoint(component);
        const [labels, started, intervals] = await Promise.all([readExternalLabels(endpoint), readProcess(endpoint), readIntervals(endpoint)]);
        return { name: component.pod, labels, restarts: pod && started.startedMs > 0 ? [restartOf(pod, component, started)] : [], intervals };
      } catch (error) {
        if (error instanceof RetraceError) return { name: component.pod, labels: {}, restarts: [], intervals: {} };
        throw error;
      }
    }),
  );
}

async function readExternalLabels(endpoint: Endpoint): Promise<Record<string, string>> {
  return textsAt(load(await readRunningConfig(endpoint)), 'global', 'external_labels');
}

async function readIntervals(endpoint: Endpoint): Promise<Record<string, number>> {
  const intervals = new Map<string, number>();
  for (const { labels, interval } of await listTargets(endpoint)) {
    const [job = '', intervalMs = NaN] = [labels['job'], parseDuration(interval ?? '')];
    intervals.set(job, intervals.has(job) && intervals.get(job) !== intervalMs ? NaN : intervalMs);
  }
  return Object.fromEntries([...intervals].filter(([, intervalMs]) => intervalMs > 0));
}

/** When the process began, and how long it replayed its WAL before it scraped (prometheus tsdb/db.go, tsdb/agent/db.go). */
async function readProcess(endpoint: Endpoint): Promise<{ startedMs: number; replayMs: number }> {
  let [startedMs, replayMs] = [0, 0];
  await readMetrics(endpoint, ({ name, value }) => {
    if (name === 'process_start_time_seconds') startedMs = value * 1000;
    if (name === 'prometheus_tsdb_data_replay_duration_seconds' || name === 'prometheus_agent_data_replay_duration_seconds') replayMs = value * 1000;
  });
  return { startedMs, replayMs };
}

/** From the end of the old container, or the making of the pod whose first process this is; else nothing is known of before it. */
function restartOf(pod: KubeObject, { container, startedAt }: Component, { startedMs, replayMs }: { startedMs: number; replayMs: number }): RestartFacts {
  const previous = containerStatesOf(pod).find((state) => state.container === container)?.previous?.finishedAt;
  const isOfContainer = startedAt !== undefined && Math.abs(startedMs - Date.parse(startedAt)) <= clocksApartMs;
  const beforeMs = isOfContainer ? Date.parse(previous ?? textAt(pod, 'metadata', 'creationTimestamp') ?? '') : startedMs;
  const isNear = beforeMs <= startedMs && startedMs - beforeMs <= longestStartMs;
  return { fromMs: isNear ? beforeMs : startedMs, toMs: startedMs + replayMs };
}

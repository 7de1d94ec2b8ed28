import { load } from 'js-yaml';
import { RetraceError } from '../../core/errors.ts';
import { textAt, textsAt } from '../../core/fields.ts';
import { containerStatesOf } from '../../formats/pod.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { KubeObject } from '../../kube/types.ts';
import { readMetrics, readRunningConfig } from '../../prometheus/api.ts';
import type { Component } from '../../prometheus/components.ts';
import type { Endpoint } from '../../prometheus/endpoint.ts';
import type { Scene } from '../check.ts';
import type { RestartFacts, ScraperFacts } from './facts.ts';

/** A pod that was made longer before its process began has restarted only its container, or has waited for something else. */
const longestStartMs = 600_000;

/** Every Prometheus that scrapes, server or agent. Of one that does not answer only its name is known. @throws access.forbidden */
export async function readScrapers(scene: Scene, components: readonly Component[]): Promise<ScraperFacts[]> {
  const pods = await scene.list(builtinTypes.pods);
  return Promise.all(
    components.map(async (component) => {
      const pod = pods.find(({ metadata }) => metadata.name === component.pod && metadata['namespace'] === component.namespace);
      try {
        const endpoint = await scene.endpoint(component);
        const [labels, started] = await Promise.all([readExternalLabels(endpoint), readProcess(endpoint)]);
        return { name: component.pod, labels, restarts: pod && started.startedMs > 0 ? [restartOf(pod, component, started)] : [] };
      } catch (error) {
        if (error instanceof RetraceError) return { name: component.pod, labels: {}, restarts: [] };
        throw error;
      }
    }),
  );
}

async function readExternalLabels(endpoint: Endpoint): Promise<Record<string, string>> {
  return textsAt(load(await readRunningConfig(endpoint)), 'global', 'external_labels');
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

function restartOf(pod: KubeObject, { container }: Component, { startedMs, replayMs }: { startedMs: number; replayMs: number }): RestartFacts {
  const previous = containerStatesOf(pod).find((state) => state.container === container)?.previous?.finishedAt;
  const before = [previous, textAt(pod, 'metadata', 'creationTimestamp')].map((time) => Date.parse(time ?? '')).find((timeMs) => timeMs <= startedMs && startedMs - timeMs <= longestStartMs);
  return { fromMs: before ?? startedMs, toMs: startedMs + replayMs };
}

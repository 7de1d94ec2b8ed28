import { RetraceError } from '../core/errors.ts';
import { listAt, objectsAt, textAt, textsAt, fieldAt, isTrueAt, numberAt } from '../core/fields.ts';
import { parseJson } from '../core/json.ts';
import type { Json } from '../core/json.ts';
import { redactText } from '../core/redaction.ts';
import { ExpositionError, ExpositionParser } from '../formats/exposition/parser.ts';
import type { Sample } from '../formats/exposition/sample.ts';
import type { Endpoint, EndpointAnswer, Query } from './endpoint.ts';

/**
 * The HTTP API of Prometheus and Thanos (prometheus web/api/v1/api.go, thanos pkg/api). A success may carry warnings: Thanos'
 * answer then lacks stores or not, which nobody can tell, so whoever judges by it is at most inconclusive.
 */
export interface ApiAnswer {
  data: Json;
  warnings: string[];
}

/** One series of an instant query. */
export interface InstantSample {
  labels: Record<string, string>;
  value: number;
  /** Milliseconds since the epoch. */
  atMs: number;
}

/** A target as the scraping process sees it. Times RFC 3339; undefined: never scraped. */
export interface ScrapeTarget {
  pool: string;
  labels: Record<string, string>;
  health: string;
  lastError: string;
  lastScrapeAt?: string;
  /** As Prometheus writes a duration: `1m30s`; undefined before 2.30. */
  interval?: string;
}

/**
 * @throws endpoint.unreachable for no answer; endpoint.refused with what it says for any other status: 422 is what an agent
 *   says to a question that only a server can answer; endpoint.unreadable for what is not its JSON
 */
export async function askApi(endpoint: Endpoint, path: string, query: Query = {}): Promise<ApiAnswer> {
  const answer = await endpoint.get(path, query);
  const text = await answer.text();
  const body = readJson(text);
  if (answer.status !== 200 || textAt(body, 'status') !== 'success') {
    if (answer.status === 200 && textAt(body, 'status') === undefined) throw unreadable(endpoint, path, 'it is not the JSON of an API answer');
    throw refused(endpoint, path, answer, textAt(body, 'error') ?? text);
  }
  return { data: fieldAt(body, 'data') ?? null, warnings: listAt(body, 'warnings').map((warning) => redactText(String(warning))) };
}

/** Every series of an expression now, or at a time. @throws as askApi; endpoint.unreadable when it gives no vector */
export async function queryInstant(endpoint: Endpoint, expression: string, query: Query = {}): Promise<{ samples: InstantSample[]; warnings: string[] }> {
  const path = '/api/v1/query';
  const { data, warnings } = await askApi(endpoint, path, { query: expression, ...query });
  if (textAt(data, 'resultType') !== 'vector') throw unreadable(endpoint, path, `it is a ${textAt(data, 'resultType') ?? 'nothing'}, not a vector`);
  const samples = objectsAt(data, 'result').map((series) => ({
    labels: textsAt(series, 'metric'),
    value: readNumber(textAt(series, 'value', 1) ?? 'NaN'),
    atMs: Math.round((numberAt(series, 'value', 0) ?? NaN) * 1000),
  }));
  return { samples, warnings };
}

/** Active targets, of a server or an agent. @throws as askApi */
export async function listTargets(endpoint: Endpoint): Promise<ScrapeTarget[]> {
  const { data } = await askApi(endpoint, '/api/v1/targets', { state: 'active' });
  return objectsAt(data, 'activeTargets').map((target) => {
    const lastScrapeAt = textAt(target, 'lastScrape');
    const interval = textAt(target, 'scrapeInterval');
    return {
      pool: textAt(target, 'scrapePool') ?? '',
      labels: textsAt(target, 'labels'),
      health: textAt(target, 'health') ?? 'unknown',
      lastError: redactText(textAt(target, 'lastError') ?? ''),
      // Go's zero time: not scraped yet.
      ...(lastScrapeAt === undefined || lastScrapeAt.startsWith('0001-') ? {} : { lastScrapeAt: new Date(lastScrapeAt).toISOString() }),
      ...(interval === undefined ? {} : { interval }),
    };
  });
}

/** The configuration in force, as YAML; Prometheus hides its passwords. @throws as askApi */
export async function readRunningConfig(endpoint: Endpoint): Promise<string> {
  return textAt((await askApi(endpoint, '/api/v1/status/config')).data, 'yaml') ?? '';
}

/** Facts of the running process; there is nothing about remote write in any version. @throws as askApi */
export async function readRuntime(endpoint: Endpoint): Promise<{ startedAt?: string; reloaded: boolean; configAt?: string }> {
  const { data } = await askApi(endpoint, '/api/v1/status/runtimeinfo');
  const time = (name: string, field: string) => (textAt(data, field) === undefined ? {} : { [name]: new Date(textAt(data, field)!).toISOString() });
  return { reloaded: isTrueAt(data, 'reloadConfigSuccess'), ...time('startedAt', 'startTime'), ...time('configAt', 'lastConfigTime') };
}

/** Version that it tells itself: `3.16.0`. @throws as askApi */
export async function readVersion(endpoint: Endpoint): Promise<string> {
  return textAt((await askApi(endpoint, '/api/v1/status/buildinfo')).data, 'version') ?? '';
}

/**
 * Every sample of its own metrics.
 * @returns when it answered by its own clock, which also stamps what it scrapes; undefined where a proxy took the time away
 * @throws endpoint.* as askApi
 */
export async function readMetrics(endpoint: Endpoint, onSample: (sample: Sample) => void): Promise<Date | undefined> {
  const path = '/metrics';
  const answer = await endpoint.get(path);
  if (answer.status !== 200) throw refused(endpoint, path, answer, await answer.text());
  const parser = new ExpositionParser(onSample);
  try {
    for await (const chunk of answer.bytes()) parser.write(chunk);
    parser.end();
    const at = new Date(answer.header('date') ?? NaN);
    return Number.isNaN(at.getTime()) ? undefined : at;
  } catch (error) {
    if (error instanceof ExpositionError) throw unreadable(endpoint, path, error.message);
    throw error;
  }
}

/** Values of the API are texts: `NaN`, `+Inf`, `-Inf` among them. */
export function readNumber(text: string): number {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return text === '' ? NaN : Number(text);
}

/** Its own words where it answers as the API does, else the answer. */
export function errorOf(text: string): string {
  return textAt(readJson(text), 'error') ?? text;
}

function readJson(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** What a component says instead of an answer. */
export function refused({ component: { namespace, pod, port } }: Endpoint, path: string, { status }: EndpointAnswer, detail: string): RetraceError {
  // An HTML page of a proxy is no reason; its first line is enough.
  return new RetraceError('endpoint.refused', { namespace, pod, port, path, status, detail: redactText(detail.trim().split('\n')[0]!.slice(0, 300)) });
}

/** An answer that is none. */
export function unreadable({ component: { namespace, pod, port } }: Endpoint, path: string, detail: string): RetraceError {
  return new RetraceError('endpoint.unreadable', { namespace, pod, port, path, detail });
}

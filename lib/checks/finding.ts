import type { ErrorCode } from '../core/errors.ts';
import type { RemoteWriteFindings } from './remote-write/findings.ts';
import type { Verdict } from './verdict.ts';

/** What checks find: code and parameters here, the sentence in lib/output. Times are RFC 3339, durations milliseconds. */
export interface FindingParams extends RemoteWriteFindings {
  // of every check
  /** It could not be looked at, and why. */
  'not-observed': { code: ErrorCode; params: object };
  // pods
  'pods-ready': { pods: number; stableForMs: number };
  /** `container`, `exitCode`, `restarts` where the API knows them; `reason` is Kubernetes' own word. */
  'pod-broken': { pod: string; reason: string; container?: string; exitCode?: number; restarts?: number };
  'pod-starting': { pod: string; reason?: string; forMs: number };
  'pod-ending': { pod: string; forMs: number };
  'pod-failed': { pod: string; reason?: string };
  /** Ready now, but it does not stay so. `restarts` of this container in all; `last` is how it ended. */
  'pod-restarts': { pod: string; container: string; restarts: number; at: string; reason?: string; exitCode?: number };
  /** One restart after the change, and well since. */
  'pod-restarted': { pod: string; container: string; at: string; reason?: string; exitCode?: number };
  /** Ready, but not for long enough yet. */
  'pod-fresh': { pod: string; readyForMs: number; stableForMs: number };
  // rollout
  'rollouts-done': { workloads: number };
  'rollout-waits': { workload: string; waitingFor: string[] };
  'rollout-stuck': { workload: string; waitingFor: string[]; why: string };
  'rollout-paused': { workload: string };
  'rollout-left': { workload: string; pods: string[]; why: 'OnDelete' | 'partition' };
  // resources
  'no-oom': { containers: number };
  oom: { pod: string; container: string; at: string; limit?: string; isBefore: boolean };
  // pvc
  'claims-bound': { claims: number };
  'claim-unbound': { claim: string; phase: string; forMs: number };
  'claim-lost': { claim: string; volume: string };
  'claim-ending': { claim: string };
  'claim-resizing': { claim: string; condition: string };
  // config; `source` as `configmap/prometheus`
  /** `compared`: how many of them by when what they read was written. */
  'config-loaded': { components: number; compared: number };
  'config-refused': { component: string; loadedAt?: string };
  'config-unknown': { component: string };
  'config-awaited': { component: string; loadedAt: string; source: string; writtenAt: string };
  'config-older': { component: string; loadedAt: string; source: string; writtenAt: string };
  // query
  /** `stores` that were seen by all Queries together. */
  'queries-answered': { components: number; stores: number };
  'query-failed': { component: string; status: number; detail: string };
  'query-warned': { component: string; warnings: string[] };
  'query-empty': { component: string };
  /** It knows no store at all. */
  'query-storeless': { component: string };
  'store-lost': { component: string; store: string; type: string; detail: string };
  /** Fewer stores of a type than pods of it are Ready beside it. */
  'stores-fewer': { component: string; type: string; seen: number; ready: number };
  // alerts
  /** `firing`: those that fired before too; `sinceMs`: since the change, while the longest `for` has not passed. */
  'alerts-quiet': { firing: number; sinceMs?: number };
  'alert-fires': { name: string; severity: string; labels: string; isNew: boolean };
  'alerts-before-unknown': { at: string };
  'alerts-unsure': { warnings: string[] };
  // continuity; `example` is one of the series, `missed` are samples
  'series-whole': { selector: string; series: number; forMs: number; /** A restart's own hole, which is expected. */ restart?: { series: number; longestMs: number; scraper: string } };
  'series-hole': LostSeries;
  /** Lost before the change ended. */
  'series-damage': LostSeries;
  /** One replica lost them, another one has them. */
  'series-replica': LostSeries;
  'series-phase': { series: number; example: string };
  'series-interval': { series: number; example: string; fromMs: number; toMs: number; at: string };
  'series-irregular': { series: number; example: string };
  'series-replaced': { series: number; example: string; by: string };
  /** `left`: others of its job that are scraped. */
  'series-gone': { series: number; example: string; at: string; left: number; podIsThere: boolean };
  /** Nothing from a whole scraper. */
  'series-silent': { series: number; example: string; at: string; forMs: number; scraper?: string };
  /** Their first sample after the change has not come yet. */
  'series-awaited': { series: number; example: string };
  'series-doubtful': { place: string; warnings: string[] };
  /** Only agents are there, which answer no queries: their series are where they send them. */
  'series-elsewhere': { scrapers: string[] };
  'series-none': { selector: string; place: string };
  'series-without-past': { selector: string; place: string };
  'series-many': { selector: string; series: number; most: number };
}

/** Series that lost the same time by the same fault; `scraper` is a pod, or the labels that tell it from others. */
export interface LostSeries {
  series: number;
  example: string;
  from: string;
  to: string;
  longestMs: number;
  missed: number;
  scraper?: string;
  blame?: 'restart' | 'target' | 'scraper' | 'transport';
}

export type FindingCode = keyof FindingParams;

/** One thing that a check found, with its weight in the verdict. */
export type Finding = { [C in FindingCode]: { code: C; verdict: Verdict; params: FindingParams[C]; dueAt?: string } }[FindingCode];

/** @param dueAt when a pending one is decided at the latest, RFC 3339 */
export function finding<C extends FindingCode>(code: C, verdict: Verdict, params: FindingParams[C], dueAt?: string): Finding {
  return { code, verdict, params, ...(dueAt === undefined ? {} : { dueAt }) } as Finding;
}

import { canonicalJson } from '../core/json.ts';
import type { Manifest } from './manifest.ts';

/** Which snapshots to keep, as restic's forget (doc/060_forget.rst). A count of -1 keeps all of them. */
export interface KeepPolicy {
  last?: number;
  hourly?: number;
  daily?: number;
  weekly?: number;
  monthly?: number;
  yearly?: number;
  /** Everything younger than this, counted from the newest that is not of the future. */
  withinMs?: number;
  /** `verified=good`, or the name of a tag alone. */
  tags?: readonly string[];
}

/** Why one is kept: a rule of the policy, or one that stands above it. */
export type KeepReason = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly' | 'within' | 'tag' | 'newest-complete' | 'run-open' | 'run-unknown';

export interface JudgedSnapshot {
  manifest: Manifest;
  /** Empty: it may go. */
  because: KeepReason[];
}

/** Snapshots of one cluster and one scope, with Secrets or without, newest first. Files that belong to runs are a group of their own. */
export interface PruneGroup {
  cluster: string;
  scope: Manifest['scope'] | undefined;
  /** They were taken with --secrets=omit: none of them stands for one that has its Secrets. */
  areSecretsOmitted: boolean;
  snapshots: JudgedSnapshot[];
}

/** What is known of a run on this machine. */
export type RunLife = 'open' | 'ended' | 'unknown';

/** True when the policy would keep nothing by itself: then nobody asked for anything. */
export function isEmptyPolicy({ last, hourly, daily, weekly, monthly, yearly, withinMs, tags }: KeepPolicy): boolean {
  return ![last, hourly, daily, weekly, monthly, yearly, withinMs].some(Boolean) && (tags ?? []).length === 0;
}

/**
 * Judges all snapshots of a place. Times are in UTC. Whatever the policy, the newest complete one of each group stays, and the
 * files of a run stay until it is closed or reverted. Pure.
 */
export function judgeSnapshots(manifests: readonly Manifest[], policy: KeepPolicy, now: Date, lifeOf: (runId: string) => RunLife): PruneGroup[] {
  const ofPeople = manifests.filter(({ purpose }) => purpose === 'snapshot');
  const ofRuns = manifests.filter(({ purpose }) => purpose !== 'snapshot');
  const groups = [...Map.groupBy(ofPeople, groupKey).values()].map((members): PruneGroup => {
    const newestFirst = members.toSorted(byTime);
    return { cluster: clusterName(newestFirst[0]!), scope: newestFirst[0]!.scope, areSecretsOmitted: newestFirst[0]!.secrets === 'omitted', snapshots: judgeGroup(newestFirst, policy, now) };
  });
  const runGroups = [...Map.groupBy(ofRuns, clusterKey).values()].map((members): PruneGroup => {
    const newestFirst = members.toSorted(byTime);
    return { cluster: clusterName(newestFirst[0]!), scope: undefined, areSecretsOmitted: false, snapshots: newestFirst.map((manifest) => ({ manifest, because: reasonOfRun(lifeOf(manifest.runId ?? '')) })) };
  });
  return [...groups, ...runGroups].toSorted((a, b) => (a.cluster === b.cluster ? Number(a.scope === undefined) - Number(b.scope === undefined) : a.cluster < b.cluster ? -1 : 1));
}

function reasonOfRun(life: RunLife): KeepReason[] {
  return life === 'ended' ? [] : [life === 'open' ? 'run-open' : 'run-unknown'];
}

function clusterKey({ cluster }: Manifest): string {
  return cluster.uid ?? cluster.server;
}

function groupKey(manifest: Manifest): string {
  const { namespaces, kinds, withoutKinds, selector } = manifest.scope;
  return canonicalJson([clusterKey(manifest), namespaces?.toSorted(), kinds?.toSorted(), withoutKinds?.toSorted(), selector, manifest.secrets === 'omitted']);
}

function clusterName({ cluster }: Manifest): string {
  return cluster.name ?? cluster.contextName;
}

/** Newest first; of one second the later name. */
function byTime(a: Manifest, b: Manifest): number {
  return Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.id < b.id ? 1 : -1);
}

type Counter = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

const buckets: Record<Counter, (time: Date, number: number) => string | number> = {
  last: (_time, number) => number,
  hourly: (time) => time.toISOString().slice(0, 13),
  daily: (time) => time.toISOString().slice(0, 10),
  weekly: isoWeek,
  monthly: (time) => time.toISOString().slice(0, 7),
  yearly: (time) => time.toISOString().slice(0, 4),
};

/** restic's ApplyPolicy (internal/data/snapshot_policy.go): each counter keeps the newest of each of its periods, and the oldest while it has not run out. */
function judgeGroup(newestFirst: readonly Manifest[], policy: KeepPolicy, now: Date): JudgedSnapshot[] {
  const left = new Map((Object.keys(buckets) as Counter[]).map((counter) => [counter, policy[counter] ?? 0]));
  const lastBucket = new Map<Counter, string | number>();
  const isPast = ({ startedAt }: Manifest) => Date.parse(startedAt) <= now.getTime();
  const latestMs = Date.parse((newestFirst.find(isPast) ?? newestFirst[0]!).startedAt);
  // One that a clock gone wrong dated into the future must not be the only one that stays.
  const newestComplete = newestFirst.find((manifest) => manifest.complete && isPast(manifest)) ?? newestFirst.find(({ complete }) => complete);
  return newestFirst.map((manifest, number) => {
    const time = new Date(manifest.startedAt);
    const because: KeepReason[] = [];
    for (const [counter, bucketOf] of Object.entries(buckets) as [Counter, (typeof buckets)[Counter]][]) {
      const count = left.get(counter)!;
      if (count === 0) continue;
      const bucket = bucketOf(time, number);
      if (bucket === lastBucket.get(counter) && number < newestFirst.length - 1) continue;
      lastBucket.set(counter, bucket);
      if (count > 0) left.set(counter, count - 1);
      because.push(counter);
    }
    if (policy.withinMs !== undefined && time.getTime() > latestMs - policy.withinMs) because.push('within');
    if (policy.tags?.some((tag) => hasTag(manifest, tag))) because.push('tag');
    if (manifest === newestComplete && because.length === 0) because.push('newest-complete');
    return { manifest, because };
  });
}

function hasTag({ tags }: Manifest, wanted: string): boolean {
  const [name = '', ...value] = wanted.split('=');
  return Object.hasOwn(tags, name) && (value.length === 0 || tags[name] === value.join('='));
}

/** `2026-W48`: weeks begin on Monday, and belong to the year of their Thursday (ISO 8601). */
function isoWeek(time: Date): string {
  const thursday = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate() + 4 - (time.getUTCDay() || 7)));
  const days = (thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000;
  return `${thursday.getUTCFullYear()}-W${Math.floor(days / 7) + 1}`;
}

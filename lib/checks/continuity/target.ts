import type { ContinuityFacts, ScraperFacts, SeriesFacts } from './facts.ts';

/** A series whoever scraped or stored it, with what each of those has of it. */
export interface Target {
  key: string;
  labels: Readonly<Record<string, string>>;
  replicas: readonly SeriesFacts[];
  /** Who scrapes it: a pod where that is known, else what the labels tell. */
  scraper: string;
  restarts: ScraperFacts['restarts'];
  /** How often it is scraped now, where its scraper says it. */
  configuredMs?: number;
}

/** Names of labels by which people tell replicas apart (thanos docs/components/query.md, kube-prometheus, bitnami, thanos receive). */
const replicaLabels = new Set(['prometheus_replica', 'replica', 'receive_replica', 'thanos_receive_replica', 'receive', 'rule_replica', 'ruler_replica', 'thanos_ruler_replica']);
/** What is another after a pod was made anew, and no other target. */
const changingLabels = new Set(['instance', 'pod', 'uid', 'pod_uid', 'container_id', 'pod_ip', 'node', 'host_ip', 'pod_template_hash', 'controller_revision_hash']);
/** Labels that tell one Prometheus' series from another's, where its own external labels are not known. */
const scraperLabels = ['cluster', 'prometheus', 'prometheus_replica', 'replica', 'tenant_id'];

/** The series by target, replicas together. */
export function groupTargets({ series, scrapers }: Pick<ContinuityFacts, 'series' | 'scrapers'>): Target[] {
  const byKey = new Map<string, SeriesFacts[]>();
  for (const one of series) {
    if (one.stretches.length === 0) continue;
    const key = keyWithout(one.labels, (name) => replicaLabels.has(name));
    const known = byKey.get(key);
    if (known) known.push(one);
    else byKey.set(key, [one]);
  }
  return [...byKey].map(([key, replicas]) => {
    const owners = [...new Set(replicas.map((one) => scraperOf(one, scrapers)))];
    const { labels } = replicas[0]!;
    const known = scrapers.filter(({ name }) => owners.includes(name));
    const configuredMs = known.map(({ intervals }) => intervals[labels['job'] ?? '']).find((intervalMs) => intervalMs !== undefined);
    return { key, labels, replicas, scraper: owners.join(', '), restarts: known.flatMap(({ restarts }) => restarts), ...(configuredMs === undefined ? {} : { configuredMs }) };
  });
}

/** Who scraped a series: the pod that was asked, the one whose external labels it carries, else the labels that tell scrapers apart. */
export function scraperOf({ labels, scraper }: SeriesFacts, scrapers: readonly ScraperFacts[]): string {
  if (scraper !== undefined) return scraper;
  const carried = scrapers
    .filter((one) => Object.keys(one.labels).length > 0 && Object.entries(one.labels).every(([name, value]) => labels[name] === value))
    .toSorted((a, b) => Object.keys(b.labels).length - Object.keys(a.labels).length);
  return carried[0]?.name ?? scraperLabels.flatMap((name) => (labels[name] === undefined ? [] : [`${name}=${labels[name]}`])).join(',');
}

/** What a target is called after its pod was made anew; and what it is called after its job was renamed. */
export function lineagesOf({ labels }: Target): string[] {
  return [`pod ${keyWithout(labels, (name) => replicaLabels.has(name) || changingLabels.has(name))}`, `job ${keyWithout(labels, (name) => replicaLabels.has(name) || name === 'job')}`];
}

/** Those with the same job under the same scraper. */
export function jobOf({ labels, scraper }: Target): string {
  return JSON.stringify([scraper, labels['job'] ?? '']);
}

/** The labels by which a person knows the target. */
export function nameOf(labels: Readonly<Record<string, string>>): string {
  const { __name__: metric = '', ...others } = labels;
  const known = ['cluster', 'job', 'instance', 'namespace', 'pod'].filter((name) => others[name] !== undefined);
  const shown = known.includes('instance') || known.includes('pod') ? known : Object.keys(others);
  return `${metric}{${shown.map((name) => `${name}=${JSON.stringify(others[name])}`).join(', ')}}`;
}

function keyWithout(labels: Readonly<Record<string, string>>, isLeftOut: (name: string) => boolean): string {
  return JSON.stringify(Object.entries(labels).filter(([name]) => !isLeftOut(name)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

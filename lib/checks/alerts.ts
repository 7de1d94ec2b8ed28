import { queryInstant } from '../prometheus/api.ts';
import type { Endpoint, Query } from '../prometheus/endpoint.ts';
import { secondsText } from '../prometheus/raw-samples.ts';
import { defineCheck } from './check.ts';
import type { Question } from './check.ts';
import { askEach, endpointNeeds, notAsked } from './components.ts';
import type { Asked } from './components.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

/** An alert that fires, by its name and what tells it from its like. */
export interface FiringAlert {
  name: string;
  severity: string;
  /** Its other labels, in order: `cluster=edge-1,job=receive`. */
  labels: string;
}

export interface AlertFacts extends Asked {
  now?: FiringAlert[];
  /** As it was before the change; undefined when nothing is known of that time. */
  before?: FiringAlert[];
  warnings?: string[];
}

/** All data of every replica, and an error rather than half an answer (thanos pkg/api/query/v1.go). */
const thanosQuery: Query = { partial_response: 'false' };
/** Alerts that fire to show that alerting works, or to hold others back (kube-prometheus runbooks). */
const alwaysFiring = ['Watchdog', 'InfoInhibitor', 'DeadMansSwitch'];

/**
 * No alert fires that did not fire before the change. That none fires proves little while their `for` has not passed: those of
 * remote write take 15 minutes (prometheus documentation/prometheus-mixin/alerts.libsonnet), so the other checks do not wait for them.
 */
export const alerts = defineCheck({
  name: 'alerts',
  decides: 'now',
  sources: ['prometheus/prometheus documentation/prometheus-mixin/alerts.libsonnet', 'prometheus/prometheus rules/alerting.go (ALERTS)'],
  needs: endpointNeeds,
  async observe(scene): Promise<{ places: AlertFacts[]; beforeAt?: string }> {
    const beforeAt = scene.since;
    // A Thanos Query has the alerts of every Prometheus and Ruler behind it.
    const roles = (await scene.components()).map(({ role }) => role);
    const asked = await askEach(scene, roles.includes('query') ? ['query'] : ['prometheus'], async (endpoint, { role }) => readAlerts(endpoint, role === 'query' ? thanosQuery : {}, beforeAt));
    return { places: asked, ...(beforeAt === undefined ? {} : { beforeAt }) };
  },
  judge({ places, beforeAt }, question) {
    const answered = places.filter(({ now }) => now !== undefined);
    const unsure = answered.flatMap(({ warnings = [] }) => (warnings.length > 0 ? [finding('alerts-unsure', 'inconclusive', { warnings })] : []));
    // Two Queries tell of the same alerts.
    const now = unique(answered.flatMap((place) => place.now ?? []));
    const before = answered.every((place) => place.before !== undefined) ? unique(answered.flatMap((place) => place.before ?? [])) : undefined;
    return [...notAsked(places), ...unsure, ...(answered.length === 0 ? [] : judgeAlerts(now, before, beforeAt, question))];
  },
});

async function readAlerts(endpoint: Endpoint, query: Query, beforeAt: string | undefined): Promise<Pick<AlertFacts, 'now' | 'before' | 'warnings'>> {
  const expression = 'ALERTS{alertstate="firing"}';
  const now = await queryInstant(endpoint, expression, query);
  const at = { ...query, ...(beforeAt === undefined ? {} : { time: secondsText(Date.parse(beforeAt)) }) };
  // That nothing fired is known only of a time of which anything is known.
  const known = beforeAt === undefined ? undefined : await Promise.all([queryInstant(endpoint, 'count(up)', at), queryInstant(endpoint, expression, at)]);
  const isKnown = known !== undefined && known[0].samples.length > 0;
  return {
    now: now.samples.map(({ labels }) => readAlert(labels)),
    ...(isKnown ? { before: known[1].samples.map(({ labels }) => readAlert(labels)) } : {}),
    warnings: [...now.warnings, ...(known ?? []).flatMap(({ warnings }) => warnings)],
  };
}

// The replica that evaluated it, or the store that told of it, is no part of an alert.
const notOfAlert = ['__name__', 'alertname', 'alertstate', 'severity', 'prometheus_replica', 'replica', 'receive', 'rule_replica'];

function readAlert(labels: Record<string, string>): FiringAlert {
  const others = Object.entries(labels).filter(([name]) => !notOfAlert.includes(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return { name: labels['alertname'] ?? '', severity: labels['severity'] ?? '', labels: others.map(([name, value]) => `${name}=${value}`).join(',') };
}

function judgeAlerts(now: readonly FiringAlert[], before: readonly FiringAlert[] | undefined, beforeAt: string | undefined, question: Question): Finding[] {
  const counted = now.filter(({ name, severity }) => !alwaysFiring.includes(name) && severity !== 'none');
  if (before === undefined) {
    // Nothing to compare with: who looks has to say whether they are normal.
    const firing = counted.map((alert) => finding('alert-fires', 'warn', { ...alert, isNew: false }));
    return [...firing, ...(beforeAt === undefined ? [] : [finding('alerts-before-unknown', 'inconclusive', { at: beforeAt })]), ...(beforeAt === undefined && firing.length === 0 ? [finding('alerts-quiet', 'pass', { firing: 0 })] : [])];
  }
  const known = new Set(before.map(keyOf));
  const added = counted.filter((alert) => !known.has(keyOf(alert)));
  const found = [...added.map((alert) => finding('alert-fires', alert.severity === 'info' ? 'warn' : 'fail', { ...alert, isNew: true })), ...counted.filter((alert) => known.has(keyOf(alert))).map((alert) => finding('alert-fires', 'warn', { ...alert, isNew: false }))];
  const sinceMs = question.since === undefined ? Infinity : Date.parse(question.now) - Date.parse(question.since);
  return found.some(({ verdict }) => verdict === 'fail') ? found : [...found, finding('alerts-quiet', 'pass', { firing: counted.length, ...(sinceMs < longestForMs ? { sinceMs } : {}) })];
}

/** The longest `for` of the shipped alerts about remote write. */
const longestForMs = 900_000;

function unique(all: readonly FiringAlert[]): FiringAlert[] {
  return [...new Map(all.map((alert) => [keyOf(alert), alert])).values()];
}

function keyOf({ name, severity, labels }: FiringAlert): string {
  return [name, severity, labels].join('|');
}


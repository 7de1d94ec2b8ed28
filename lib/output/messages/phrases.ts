import type { MissingPermission } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';

/** `a, b or c`. */
export function listed(items: readonly string[], joint: string): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${joint} ${items.at(-1)}`;
}

/** Names in one sentence: the first ones, and how many more. */
export function someText(names: readonly string[], most = 6): string {
  return names.length > most ? `${names.slice(0, most - 1).join(', ')} +${names.length - most + 1}` : names.join(', ');
}

/** In double quotes, control characters visible: a terminal must not obey what a cluster or a person wrote. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** `patch statefulsets.apps/thanos-receive in monitoring`. */
export function permissionText({ verb, resource, group, namespace, name }: MissingPermission): string {
  const what = `${resource}${group === '' ? '' : `.${group}`}${name === undefined ? '' : `/${name}`}`;
  return `${verb} ${what}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

/** True for a permission that only lock and record in the cluster need. */
export function isToShare({ verb, resource }: MissingPermission): boolean {
  return resource === 'leases' || ((resource === 'configmaps' || resource === 'secrets') && /^(create|update|delete)$/.test(verb));
}

/** `1.2 MiB`: three digits are enough to judge a size by. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const unit = bytes < 1024 ** 2 ? 'KiB' : bytes < 1024 ** 3 ? 'MiB' : 'GiB';
  const amount = bytes / (unit === 'KiB' ? 1024 : unit === 'MiB' ? 1024 ** 2 : 1024 ** 3);
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}

/** A parameter of a step or an event as text; undefined when there is none, as in a plan of another version. */
export function word(params: JsonObject, key: string): string | undefined {
  const value = params[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** A list parameter as texts; empty when there is none. */
export function words(params: JsonObject, key: string): string[] {
  const value = params[key];
  return Array.isArray(value) ? value.map(String) : [];
}

/** What evidence lacks, in order of the reasons; `mayNot` stands before a permission that is missing. */
export function gapsOf(result: JsonObject, mayNot: string): string[] {
  const gaps = Array.isArray(result['gaps']) ? (result['gaps'] as JsonObject[]) : [];
  const byReason = new Map<string, string[]>();
  for (const { what, why } of gaps) byReason.set(String(why), [...(byReason.get(String(why)) ?? []), String(what)]);
  return [...byReason].map(([why, whats]) => `${whats.join(', ')} (${why.replace(/^access\.forbidden/, mayNot)})`);
}

/** `2026-11-22 02:50 UTC`: a minute is enough to tell states apart. */
export function minuteText(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The command with which a person asks a component by the way that was taken. */
export function askItself(title: string, namespace: string, pod: string, port: number): string {
  return `${title}:  kubectl port-forward -n ${namespace} pod/${pod} ${port}`;
}

/** `2026-11-22 02:50:07 UTC`: where seconds were lost, they tell. */
export function secondText(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

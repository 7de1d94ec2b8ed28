import { RetraceError } from '../core/errors.ts';
import { nearNames } from '../core/near-names.ts';
import { matchType } from '../kube/discovery.ts';
import { builtinTypes } from '../kube/paths.ts';
import { parseTargetWords } from '../kube/targets.ts';
import type { KubeObject, ResourceType } from '../kube/types.ts';
import type { CapturedType } from './manifest.ts';
import { groupOf } from './restore/immutable.ts';

/** What the words of a command choose out of a snapshot. */
export type Selection = (object: KubeObject) => boolean;

/**
 * `TYPE/NAME` and `TYPE`, as kubectl has them, against what a snapshot holds: no cluster is asked. Types go by plural, singular,
 * kind and group; of short names only those of the built-in types are known.
 * @param namespaces undefined: whatever namespace it is in
 * @throws target.bad-form; snapshot.no-such-object, also for a type of which it has none: what the cluster serves is not asked
 */
export function selectObjects(words: readonly string[], namespaces: readonly string[] | undefined, types: readonly CapturedType[], objects: readonly KubeObject[], id: string): Selection {
  const isHere = ({ metadata }: KubeObject) => namespaces === undefined || namespaces.includes(String(metadata['namespace'] ?? ''));
  if (words.length === 0) return isHere;
  const known = types.map(asResourceType);
  const wanted = parseTargetWords([...words]).map(({ type: word, name }) => {
    const type = matchType(known, word);
    if (!type) throw new RetraceError('snapshot.no-such-object', { id, target: targetText(word, name), near: nearNames(word.toLowerCase().split('.')[0] ?? '', known.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames])) });
    return { word, type, name };
  });
  const isWanted = (object: KubeObject, { type, name }: (typeof wanted)[number]) =>
    (!type.namespaced || isHere(object)) && object.kind === type.kind && groupOf(object) === type.group && (name === undefined || object.metadata.name === name);
  const missing = wanted.find((want) => !objects.some((object) => isWanted(object, want)));
  if (missing) {
    const names = objects.filter((object) => isWanted(object, { ...missing, name: undefined })).map(({ metadata }) => metadata.name);
    throw new RetraceError('snapshot.no-such-object', { id, target: targetText(missing.word, missing.name), near: nearNames(missing.name ?? '', names) });
  }
  return (object) => wanted.some((want) => isWanted(object, want));
}

function targetText(word: string, name: string | undefined): string {
  return name === undefined ? word : `${word}/${name}`;
}

function asResourceType({ apiVersion, kind, resource, namespaced }: CapturedType): ResourceType {
  const group = groupOf({ apiVersion });
  const builtin = Object.values(builtinTypes).find((type) => type.plural === resource && type.group === group);
  const version = apiVersion.split('/').at(-1)!;
  return { group, version, kind, plural: resource, singular: kind.toLowerCase(), shortNames: builtin?.shortNames ?? shortNames[resource] ?? [], namespaced, verbs: [] };
}

// Of types that nothing else in Retrace asks for by name. Source: pkg/registry/*/storage ShortNames, prometheus-operator CRDs.
const shortNames: Record<string, string[]> = {
  serviceaccounts: ['sa'],
  persistentvolumes: ['pv'],
  ingresses: ['ing'],
  networkpolicies: ['netpol'],
  cronjobs: ['cj'],
  storageclasses: ['sc'],
  priorityclasses: ['pc'],
  customresourcedefinitions: ['crd', 'crds'],
  prometheuses: ['prom'],
  prometheusrules: ['promrule'],
  servicemonitors: ['smon'],
  podmonitors: ['pmon'],
  alertmanagers: ['am'],
  alertmanagerconfigs: ['amcfg'],
  thanosrulers: ['ruler'],
};

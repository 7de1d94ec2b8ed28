import { RetraceError } from '../../core/errors.ts';
import { resolveType, type Discovery } from '../../kube/discovery.ts';
import { qualifiedName } from '../../kube/paths.ts';
import type { ResourceType } from '../../kube/types.ts';
import { isWorthlessType } from './worthless.ts';

/** What a person wants captured. */
export interface CaptureScope {
  /** Undefined = all, and then all cluster-scoped objects too. */
  namespaces?: string[];
  selector?: string;
  /** Types as typed: `cm`, `prometheusrules.monitoring.coreos.com`. */
  kinds?: string[];
  withoutKinds?: string[];
  /** Secrets are not even read. */
  omitSecrets?: boolean;
}

/** Which types are listed, and how. */
export interface ChosenTypes {
  /** Listed in each namespace, or over all of them. */
  listed: ResourceType[];
  /** Cluster-scoped types of which only what the captured objects need is kept (cluster-needs.ts). */
  needed: ResourceType[];
}

/**
 * The types of a capture: whatever the server can list, in one version each, without what is never worth keeping.
 * With namespaces, cluster-scoped types are captured as far as they are needed there; one that `kinds` names is captured
 * whole, as it was asked for.
 * @throws kind.unknown, snapshot.never-kept for a word of `kinds`; kind.unknown for one of `withoutKinds`
 */
export function chooseTypes(discovery: Pick<Discovery, 'all' | 'preferred'>, scope: CaptureScope): ChosenTypes {
  const wanted = scope.kinds?.map((word) => resolveType(discovery, word));
  const worthless = wanted?.find(isWorthlessType);
  if (worthless) throw new RetraceError('snapshot.never-kept', { kind: qualifiedName(worthless) });
  const unwanted = new Set((scope.withoutKinds ?? []).map((word) => qualifiedName(resolveType(discovery, word))));
  const named = wanted && new Set(wanted.map(qualifiedName));
  const types = discovery.preferred.filter((type) => {
    const name = qualifiedName(type);
    if (!type.verbs.includes('list') || isWorthlessType(type) || unwanted.has(name)) return false;
    if (name === 'secrets' && scope.omitSecrets) return false;
    return named === undefined || named.has(name);
  });
  const isWhole = (type: ResourceType) => type.namespaced || scope.namespaces === undefined || named !== undefined;
  return { listed: types.filter(isWhole), needed: types.filter((type) => !isWhole(type)) };
}

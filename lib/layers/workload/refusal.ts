import { RetraceError } from '../../core/errors.ts';
import { isTrueAt } from '../../core/fields.ts';
import { controllerOwnerOf } from '../../formats/owner-reference.ts';
import { referencesOf } from '../../formats/template-reference.ts';
import { isBeingDeleted } from '../../formats/workload.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ResourceType } from '../../kube/types.ts';
import { namespaceOf, targetText } from './facts.ts';
import type { ReferenceFact, WorkloadFacts } from './facts.ts';

export const supportedKinds = ['Deployment', 'StatefulSet', 'DaemonSet'];

/**
 * Refuses what this layer must not touch. May be asked before anything is gathered.
 * @param flagsForHints the person's own flags, for the commands in messages: ` -n monitoring`
 * @throws target.owned: its controller would put an undo back at once; kind.unsupported; target.deleted; target.paused
 */
export function refuseTarget({ type, object }: Pick<WorkloadFacts, 'type' | 'object'>, flagsForHints: string): void {
  const target = targetText({ type, object });
  // ownerReferences first: an operator copies the labels and annotations of Helm and Argo CD to what it makes.
  const owner = controllerOwnerOf(object);
  if (owner) {
    const [version = '', group = ''] = owner.apiVersion.split('/').reverse();
    const kind = owner.kind.toLowerCase();
    const qualified = group === '' ? kind : `${kind}.${version}.${group}`;
    throw new RetraceError('target.owned', {
      target,
      owner: `${kind}/${owner.name}`,
      how: 'ownerReferences',
      // Somebody named a pod or a ReplicaSet: its owner is what this layer goes back with.
      command: isRolledOut(group, owner.kind) ? `kubectl rollback plan ${kind}/${owner.name}${flagsForHints}` : `kubectl get ${qualified}/${owner.name} -o yaml${flagsForHints}`,
    });
  }
  refuseKind(type);
  if (isBeingDeleted(object)) throw new RetraceError('target.deleted', { target, namespace: namespaceOf(object) });
  if (isTrueAt(object, 'spec', 'paused')) {
    throw new RetraceError('target.paused', { target, command: `kubectl rollout resume ${target}${flagsForHints}` });
  }
}

function isRolledOut(group: string, kind: string): boolean {
  return group === 'apps' && [...supportedKinds, 'ReplicaSet'].includes(kind);
}

/** @throws kind.unsupported for what has no revisions of a pod template */
export function refuseKind(type: Pick<ResourceType, 'group' | 'kind'>): void {
  if (supportedKinds.includes(type.kind) && type.group === 'apps') return;
  throw new RetraceError('kind.unsupported', { kind: type.kind, supported: supportedKinds });
}

/**
 * Refuses a template whose pods could not start: something it needs is not there any more.
 * @param revision how messages name it: `6 (64696cc595)`
 * @throws references.missing
 */
export function refuseMissingReferences(facts: WorkloadFacts, template: JsonObject, references: ReferenceFact[], revision: string): void {
  const isMissing = (kind: string, name: string) =>
    references.some((fact) => fact.kind === kind && fact.name === name && fact.state === 'missing');
  const missing = referencesOf(template)
    .filter(({ kind, name, optional }) => !optional && isMissing(kind, name))
    .map(({ kind, name, usedAs }) => ({ kind, name, usedAs }));
  if (missing.length > 0) throw new RetraceError('references.missing', { target: targetText(facts), revision, missing });
}

import { RetraceError } from '../../core/errors.ts';
import { isTrueAt } from '../../core/fields.ts';
import { referencesOf } from '../../formats/template-reference.ts';
import { isBeingDeleted } from '../../formats/workload.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Ownership } from '../../ownership/judge.ts';
import { ownedError } from '../../ownership/owned-error.ts';
import type { ResourceType } from '../../kube/types.ts';
import { namespaceOf, targetText } from './facts.ts';
import type { ReferenceFact, WorkloadFacts } from './facts.ts';

export const supportedKinds = ['Deployment', 'StatefulSet', 'DaemonSet'];

export interface OwnedOptions {
  /** The person's own flags, for the commands in messages: ` -n monitoring`. */
  flagsForHints: string;
  /** The server's time. */
  now: Date;
  /** Do it here although it will be put back. */
  withoutHold?: boolean | undefined;
}

/**
 * Refuses what somebody above writes: an undo here would be put back. With `withoutHold` only what this layer cannot work
 * with is refused: a pod belongs to its workload all the same.
 * @throws target.owned
 */
export function refuseOwned({ type, object }: Pick<WorkloadFacts, 'type' | 'object'>, ownership: Ownership, { flagsForHints, now, withoutHold }: OwnedOptions): void {
  const { owners } = ownership;
  if (owners.length === 0 || (withoutHold && isRolledOut(type))) return;
  const target = targetText({ type, object });
  const anyway = `kubectl rollback undo ${target}${flagsForHints} --without-hold`;
  throw ownedError(target, ownership, { now, ...(isRolledOut(type) ? { withoutHold: anyway } : {}) });
}

/**
 * Refuses what cannot be undone as it is, whoever writes it.
 * @param flagsForHints the person's own flags, for the commands in messages: ` -n monitoring`
 * @throws kind.unsupported; target.deleted; target.paused
 */
export function refuseTarget({ type, object }: Pick<WorkloadFacts, 'type' | 'object'>, flagsForHints: string): void {
  const target = targetText({ type, object });
  refuseKind(type);
  if (isBeingDeleted(object)) throw new RetraceError('target.deleted', { target, namespace: namespaceOf(object), command: `kubectl rollback history ${target}${flagsForHints}` });
  if (isTrueAt(object, 'spec', 'paused')) {
    throw new RetraceError('target.paused', { target, command: `kubectl rollout resume ${target}${flagsForHints}` });
  }
}

/** @throws kind.unsupported for what has no revisions of a pod template */
export function refuseKind(type: Pick<ResourceType, 'group' | 'kind'>): void {
  if (isRolledOut(type)) return;
  throw new RetraceError('kind.unsupported', { kind: type.kind, supported: supportedKinds });
}

/** True for what this layer goes back with: it has revisions of a pod template. */
export function isRolledOut({ group, kind }: Pick<ResourceType, 'group' | 'kind'>): boolean {
  return supportedKinds.includes(kind) && group === 'apps';
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

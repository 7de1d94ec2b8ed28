import type { Owner, PutBack } from '../core/owner.ts';
import { isTrueAt, listAt, objectAt, textAt, textsAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import { liveRevisionOf, listsObject, syncModeOf } from '../formats/argo-application.ts';
import { manifestHolds } from '../formats/helm-release.ts';
import type { OwnerFact, OwnerObject } from './facts.ts';

/** A mark that does not count, by what it names: copied, or of an owner that does not know the object. */
export interface VoidMark {
  mark: string;
  why: 'names-another' | 'no-release' | 'not-in-release' | 'not-listed';
}

/** A mark after it was judged: a claim that stands, or why it does not. */
export interface JudgedOwner {
  fact: OwnerFact;
  /** The owners' objects that the claim is about. */
  objects: OwnerObject[];
  claim?: Owner;
  voided?: VoidMark;
  /** Filled by judgeOwnership: who writes each of `objects`. */
  above: { object: JsonObject; owners: JudgedOwner[] }[];
}

const wordsOfFlux = { kustomizations: 'kustomization', helmreleases: 'helmrelease' } as const;

/** As people write an object: `prometheus/kps`. */
export function nameOf(object: JsonObject): string {
  return `${(textAt(object, 'kind') ?? '').toLowerCase()}/${textAt(object, 'metadata', 'name') ?? ''}`;
}

/** Judges one mark by what was found for it. */
export function judgeOwner(fact: OwnerFact): JudgedOwner {
  const { mark } = fact;
  if (mark.kind === 'controller') return judgeController(fact);
  if (mark.kind === 'helm') return judgeRelease(fact);
  if (mark.kind === 'argocd') return judgeApplication(fact);
  const [found] = fact.objects;
  const entries = listAt(found?.object, 'status', 'inventory', 'entries').length;
  const claim: Owner = {
    ...claimOf(fact, 'flux', `${wordsOfFlux[mark.plural]}/${mark.name}`, mark.namespace, 'flux-labels'),
    ...(entries > 0 ? { objects: entries } : {}),
    ...textField('revision', textAt(found?.object, 'status', 'lastAppliedRevision')),
    ...(isTrueAt(found?.object, 'spec', 'suspend') ? { status: 'suspended' } : {}),
  };
  return { fact, objects: fact.objects, claim, above: [] };
}

function claimOf(fact: OwnerFact, kind: Owner['kind'], name: string, namespace: string, how: Owner['how']): Owner {
  // Argo CD and Flux may run in another cluster than what they write; a controller and Helm's records do not.
  const missing = kind === 'controller' || kind === 'helm' ? 'gone' : 'elsewhere';
  const seen = { found: 'confirmed', missing, 'not-served': missing, unread: 'unread' } as const;
  return { kind, name, namespace, of: nameOf(fact.of), how, seen: seen[fact.state], ...(fact.unread.length > 0 ? { unread: fact.unread } : {}) };
}

function textField<K extends 'revision' | 'since' | 'status'>(key: K, value: string | undefined): Partial<Owner> {
  return value === undefined ? {} : { [key]: value };
}

/** The uid decides: a successor of the same name does not control what its predecessor made. */
function judgeController(fact: OwnerFact): JudgedOwner {
  const { mark, of } = fact;
  if (mark.kind !== 'controller') return { fact, objects: [], above: [] };
  const { reference } = mark;
  const own = fact.objects.filter(({ object }) => object.metadata.uid === reference.uid);
  const isReplaced = fact.state === 'found' && own.length === 0;
  const namespace = own[0] ? textAt(own[0].object, 'metadata', 'namespace') ?? '' : textAt(of, 'metadata', 'namespace') ?? '';
  const claim = claimOf(isReplaced ? { ...fact, state: 'missing' } : fact, 'controller', `${reference.kind.toLowerCase()}/${reference.name}`, namespace, 'owner-reference');
  return { fact, objects: own, claim, above: [] };
}

/** Disproved when Helm has no such release, or its newest revision does not hold the object: nothing of it will write here. */
function judgeRelease(fact: OwnerFact): JudgedOwner {
  const { mark, release } = fact;
  if (mark.kind !== 'helm') return { fact, objects: [], above: [] };
  const voided = (why: 'no-release' | 'not-in-release') => ({ fact, objects: [], voided: { mark: mark.release, why }, above: [] });
  if (fact.state === 'missing') return voided('no-release');
  const newest = release?.newest;
  if (newest && manifestHolds(newest, fact.of) === false) return voided('not-in-release');
  const last = release?.revisions.at(-1);
  const revision = newest?.revision ?? last?.revision;
  const claim: Owner = {
    ...claimOf(fact, 'helm', mark.release, mark.namespace, 'helm-annotations'),
    ...(newest?.objects ? { objects: newest.objects.length } : {}),
    ...textField('revision', revision === undefined ? undefined : String(revision)),
    ...textField('status', newest?.status ?? last?.status),
    ...textField('since', newest?.deployedAt),
  };
  return { fact, objects: [], claim, above: [] };
}

/**
 * A tracking-id counts only when it names the object itself, and only for the Argo CD of that installation id; a label only
 * when an Application of that name lists the object (argo-cd util/argo/resource_tracking.go).
 */
function judgeApplication(fact: OwnerFact): JudgedOwner {
  const { mark, settings, of } = fact;
  if (mark.kind !== 'argocd') return { fact, objects: [], above: [] };
  const voided = (why: VoidMark['why']) => ({ fact, objects: [], voided: { mark: mark.application, why }, above: [] });
  const none: JudgedOwner = { fact, objects: [], above: [] };
  const listing = fact.objects.filter(({ object }) => listsObject(object, of));
  if (mark.by === 'instance-label') {
    const key = textAt(settings, 'data', 'application.instanceLabelKey');
    // Every chart sets this label: without an Application that lists the object it is nothing to talk about.
    if (listing.length === 0 || (key !== undefined && textsAt(of, 'metadata', 'labels')[key] !== mark.application)) return none;
  } else {
    if (!mark.namesItself) return voided('names-another');
    const isByLabel = textAt(settings, 'data', 'application.resourceTrackingMethod') === 'label';
    if (isByLabel && fact.objects.length > 0 && listing.length === 0) return voided('not-listed');
  }
  // Another Argo CD than the one here wrote it: an Application of the same name here is a different one.
  const isOther = settings !== undefined && (textAt(settings, 'data', 'installationID') ?? '') !== (mark.installationId ?? '');
  if (isOther && mark.by === 'instance-label') return none;
  const own = isOther ? [] : listing.length > 0 ? listing : fact.objects;
  const [application] = own.map(({ object }) => object);
  const resources = listAt(application, 'status', 'resources').length;
  const claim: Owner = {
    ...claimOf(isOther ? { ...fact, state: 'missing' } : fact, 'argocd', `application/${mark.application}`, textAt(application, 'metadata', 'namespace') ?? mark.namespace ?? '', mark.by),
    ...(resources > 0 ? { objects: resources } : {}),
    ...textField('revision', application && liveRevisionOf(application)),
    ...textField('status', application && textAt(application, 'status', 'sync', 'status')),
  };
  return { fact, objects: own, claim, above: [] };
}

/** When this owner would put back a change of what it writes. */
export function whenPutBack({ fact, claim, objects }: JudgedOwner): PutBack {
  const by = claim!.name;
  const { mark } = fact;
  if (mark.kind === 'controller') return { by, when: claim!.seen === 'gone' ? 'unknown' : 'at-once' };
  if (mark.kind === 'helm') return { by, when: 'next-upgrade' };
  const [found] = objects;
  if (!found) return { by, when: 'unknown' };
  if (mark.kind === 'flux') return { by, when: isTrueAt(objectAt(found.object, 'spec'), 'suspend') ? 'resumed' : 'interval' };
  return { by, when: syncModeOf(found.object) === 'self-heal' ? 'self-heal' : 'next-sync' };
}

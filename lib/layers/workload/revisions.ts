import type { JsonObject } from '../../core/json.ts';
import { redactText } from '../../core/redaction.ts';
import { isPodOfRevision, isPodReady, isPodTerminating } from '../../formats/pod.ts';
import { imagesOf, shortImageOf, templateDigest } from '../../formats/pod-template.ts';
import { diffTemplates } from '../../formats/template-diff.ts';
import { changeCauseOf, revisionHashOf, revisionNumberOf, templateOfRevision } from '../../formats/workload.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { FieldChange, RevisionRef } from '../../run/plan.ts';
import { liveTemplate } from './facts.ts';
import type { LeftRevision, WorkloadFacts } from './facts.ts';

/** A revision with what a person wants to know of it. */
export interface WorkloadRevision extends RevisionRef {
  ageSeconds: number | undefined;
  /** Its template is the live one. */
  current: boolean;
  pods: { total: number; ready: number };
  /** Fields that changed from the entry before; empty for the oldest. */
  changes: FieldChange[];
  /** An earlier undo went away from it. */
  left: boolean;
  /** The run that went away from it, where a run record says so. */
  leftByRun?: string;
  /** How long it was the newest template; see {@link inForceSecondsOf}. */
  inForceSeconds: number;
}

/**
 * All revisions, newest number last as in `kubectl rollout history`.
 * @param now the server's time
 * @param left what run records on this machine or in the cluster say was left
 */
export function listRevisions(facts: WorkloadFacts, now: Date, left: LeftRevision[] = []): WorkloadRevision[] {
  const held = facts.revisions
    .map((object) => ({ object, template: templateOfRevision(object), number: revisionNumberOf(object) }))
    .filter((revision): revision is HeldRevision => revision.template !== undefined)
    .sort((a, b) => (a.number ?? 0) - (b.number ?? 0) || createdMs(a.object) - createdMs(b.object));
  const digests = held.map((revision) => templateDigest(revision.template));
  // Two revisions may mean the same template (defaults of a newer API server): the newest is the one in use.
  const current = digests.lastIndexOf(templateDigest(liveTemplate(facts.object)));
  return held.map((revision, at): WorkloadRevision => {
    const { object, template, number } = revision;
    const hash = revisionHashOf(object);
    const { name } = object.metadata;
    const pods = facts.pods.filter((pod) => isPodOfRevision(pod, { name, hash }) && !isPodTerminating(pod));
    const before = held[at - 1];
    // `--record` writes whole command lines there: `kubectl set env … TOKEN=x`.
    const changeCause = redactOptional(changeCauseOf(object));
    const record = left.find((entry) => entry.uid === facts.object.metadata.uid && entry.hash === hash);
    return {
      number,
      hash,
      name,
      templateDigest: digests[at]!,
      images: imagesOf(template),
      createdAt: object.metadata.creationTimestamp,
      ...(changeCause === undefined ? {} : { changeCause }),
      ageSeconds: Number.isNaN(createdMs(object)) ? undefined : Math.max(0, Math.round((now.getTime() - createdMs(object)) / 1000)),
      current: at === current,
      pods: { total: pods.length, ready: pods.filter(isPodReady).length },
      changes: before ? diffTemplates(before.template, template) : [],
      left: at !== current && (record !== undefined || wasGoneBackOver(revision, held)),
      ...(record?.runId === undefined ? {} : { leftByRun: record.runId }),
      inForceSeconds: inForceSecondsOf(revision, held, now),
    };
  });
}

function redactOptional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : redactText(text);
}

interface HeldRevision {
  object: KubeObject;
  template: JsonObject;
  number: number | undefined;
}

/**
 * Somebody went back over this revision: controllers give a reused revision a new, highest number but keep its object,
 * so a higher number on an older object means that this one was tried and left
 * (deployment_util.go SetNewReplicaSetAnnotations, stateful_set_control.go getStatefulSetRevisions).
 */
function wasGoneBackOver(revision: HeldRevision, held: HeldRevision[]): boolean {
  return held.some((other) => (other.number ?? 0) > (revision.number ?? 0) && createdMs(other.object) < createdMs(revision.object));
}

/**
 * From the creation of the revision to the next creation of any other. Nothing in the cluster records how long a
 * revision was *available*: one that was broken over a weekend was in force as long as a good one. A revision that was
 * gone back to gets no second interval, that moment is not recorded either.
 */
function inForceSecondsOf(revision: HeldRevision, held: HeldRevision[], now: Date): number {
  const fromMs = createdMs(revision.object);
  const next = held.map(({ object }) => createdMs(object)).filter((ms) => ms > fromMs);
  return Math.max(0, Math.round((Math.min(now.getTime(), ...next) - fromMs) / 1000)) || 0;
}

function createdMs(object: KubeObject): number {
  return Date.parse(object.metadata.creationTimestamp);
}

/** A revision in one word for lists and notes: `6 (64696cc595)`. */
export function labelOf({ number, hash }: Pick<RevisionRef, 'number' | 'hash'>): string {
  return number === undefined ? `(${hash})` : `${number} (${hash})`;
}

/** A revision in one line for the list of what there is: `6 (64696cc595) thanos:v0.41.0`. */
export function lineOf(revision: RevisionRef): string {
  return [labelOf(revision), ...revision.images.map(shortImageOf)].join(' ');
}

/** Only what identifies the revision: the part that goes into a plan. */
export function refOf({ number, hash, name, templateDigest: digest, images, createdAt, changeCause }: RevisionRef): RevisionRef {
  return { number, hash, name, templateDigest: digest, images, createdAt, ...(changeCause === undefined ? {} : { changeCause }) };
}

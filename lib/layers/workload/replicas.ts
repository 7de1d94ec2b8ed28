import { RetraceError } from '../../core/errors.ts';
import { numberAt, objectsAt, textAt } from '../../core/fields.ts';
import { lastWriterOf, wroteAlso } from '../../formats/managed-fields.ts';
import type { FieldWriter } from '../../formats/managed-fields.ts';
import { desiredReplicasOf, firstOrdinalOf, lastAppliedOf, replicasOf } from '../../formats/workload.ts';
import { note } from '../../run/notes.ts';
import type { Note, NoteParams } from '../../run/notes.ts';
import { targetText } from './facts.ts';
import type { WorkloadFacts } from './facts.ts';
import type { WorkloadRevision } from './revisions.ts';

/** What can be known of spec.replicas, which no revision holds. */
export interface ReplicaFacts {
  now: number;
  lastWriter: FieldWriter | undefined;
  /** From kubectl's last-applied annotation. */
  lastApplied: number | undefined;
  /** Another number than now that was surely or probably there before; see {@link readReplicas}. */
  previous: number | undefined;
  drivenBy: NoteParams['replicas-driven'] | undefined;
}

/**
 * Reads spec.replicas and where it comes from. `previous` is what kubectl applied last when it differs, else the number
 * that the Deployment had when the revision to go back to was last scaled (annotation `desired-replicas` of its
 * ReplicaSet). A StatefulSet without last-applied has no such memory: claims of higher ordinals prove nothing, they stay
 * for ever.
 */
export function readReplicas(facts: WorkloadFacts, to: Pick<WorkloadRevision, 'name'> | undefined): ReplicaFacts {
  const { object } = facts;
  const now = replicasOf(object);
  const lastApplied = numberAt(lastAppliedOf(object), 'spec', 'replicas');
  const replicaSet = facts.revisions.find((revision) => revision.metadata.name === to?.name && revision.kind === 'ReplicaSet');
  const candidates = [lastApplied, replicaSet && desiredReplicasOf(replicaSet)];
  return {
    now,
    lastWriter: lastWriterOf(object, ['spec', 'replicas']),
    lastApplied,
    previous: candidates.find((count) => count !== undefined && count !== now),
    drivenBy: readAutoscaler(facts),
  };
}

/** The autoscaler that drives the replicas, and between which numbers. */
export function readAutoscaler({ autoscalers }: Pick<WorkloadFacts, 'autoscalers'>): ReplicaFacts['drivenBy'] {
  const [autoscaler] = autoscalers;
  if (!autoscaler) return undefined;
  return {
    by: `horizontalpodautoscaler/${autoscaler.metadata.name}`,
    min: numberAt(autoscaler, 'spec', 'minReplicas') ?? 1,
    max: numberAt(autoscaler, 'spec', 'maxReplicas') ?? 0,
  };
}

/**
 * The number that the person asked for.
 * @returns undefined when nothing is to change
 * @throws replicas.unknown-previous; usage.flags for a DaemonSet
 */
export function resolveReplicas(facts: WorkloadFacts, known: ReplicaFacts, asked: number | 'previous' | undefined): number | undefined {
  if (asked === undefined) return undefined;
  if (facts.type.kind === 'DaemonSet') {
    const detail = `--replicas: ${targetText(facts)} has none to set, a DaemonSet runs one pod on each node`;
    throw new RetraceError('usage.flags', { detail, command: 'kubectl rollback plan' });
  }
  const wanted = asked === 'previous' ? known.previous : asked;
  if (wanted === undefined) throw new RetraceError('replicas.unknown-previous', { target: targetText(facts), current: known.now });
  return wanted === known.now ? undefined : wanted;
}

const nearMs = 3_600_000;

/**
 * `replicas-changed`: the number was written within an hour of the beginning of the current revision, or is not what
 * kubectl applied. A write of the whole manifest sets both at once and says nothing: then only a differing number counts.
 */
export function noteReplicas(facts: WorkloadFacts, known: ReplicaFacts, current: WorkloadRevision | undefined): Note[] {
  const { lastWriter: writer, lastApplied, previous, now } = known;
  if (facts.type.kind === 'DaemonSet' || known.drivenBy || !writer) return [];
  const beganMs = Date.parse(current?.createdAt ?? '');
  const isAlone = !wroteAlso(facts.object, writer, ['spec', 'template']);
  const isNear = isAlone && Math.abs(Date.parse(writer.time ?? '') - beganMs) <= nearMs;
  const differs = lastApplied !== undefined && lastApplied !== now;
  // The hint of a ReplicaSet is weak: it may be months old. It supports a write that was near, and is no reason by itself.
  if (!isNear && !differs) return [];
  const manager = writer.subresource ? `${writer.manager} (${writer.subresource})` : writer.manager;
  return [note('replicas-changed', 'warning', { now, ...(previous === undefined ? {} : { previous }), manager, at: writer.time ?? '' })];
}

/** `scale-down`: what a smaller StatefulSet stops, and whether its claims go too. Undefined when nothing is stopped. */
export function noteScaleDown(facts: WorkloadFacts, to: number): Extract<Note, { code: 'scale-down' }> | undefined {
  const { object } = facts;
  const from = replicasOf(object);
  if (facts.type.kind !== 'StatefulSet' || to >= from) return undefined;
  const first = firstOrdinalOf(object);
  const ordinals = Array.from({ length: from - to }, (_, at) => first + to + at);
  const templates = objectsAt(object, 'spec', 'volumeClaimTemplates').map((template) => textAt(template, 'metadata', 'name') ?? '');
  const named = templates.flatMap((template) => ordinals.map((ordinal) => `${template}-${object.metadata.name}-${ordinal}`));
  const areUnread = facts.unread.some(({ what }) => what === 'claims');
  const claims = named.filter((name) => areUnread || facts.claims.includes(name));
  const policy = textAt(object, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled');
  const whenScaled = policy === 'Delete' && claims.length > 0 ? 'Delete' : 'Retain';
  return note('scale-down', 'warning', { ordinals, claims, whenScaled }) as Extract<Note, { code: 'scale-down' }>;
}

import type { MissingPermission, Reason } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Driver, Owner } from '../core/owner.ts';
import type { ObjectChange } from '../formats/object-diff.ts';
import type { ClusterRef } from '../kube/cluster-identity.ts';
import type { Note } from './notes.ts';

/** What a change set would do, computed from facts alone. Saved, shown, digested; holds no secret value. */
export interface Plan {
  apiVersion: 'retrace/v1';
  kind: 'Plan';
  id: string;
  createdAt: string;
  /** Which command was asked for. */
  purpose: 'undo' | 'restore' | 'revert';
  cluster: ClusterRef;
  targets: PlannedTarget[];
  steps: Step[];
  /** Things the person should know before saying yes; the sentence is made in lib/output. */
  notes: Note[];
  /** How the question is to be asked: a plain yes, or the target's name typed. */
  confirmation: { kind: 'yes' } | { kind: 'type-name'; name: string; because: Note };
  /** What the run must be allowed to do; reviewed as a whole before the first change. */
  needs: MissingPermission[];
  options: RunOptions;
  /** The run that a plan with purpose `revert` takes back. */
  reverts?: string;
}

export interface ObjectRef {
  apiVersion: string;
  kind: string;
  /** Plural of the type, for URLs. */
  resource: string;
  namespace: string;
  name: string;
  uid: string;
}

/** What a plan changes, one object of one layer; `layer` tells the kinds apart. */
export type PlannedTarget = WorkloadTarget | ObjectTarget;

interface TargetBase {
  /** An object that is to be created has an empty uid. */
  object: ObjectRef;
  /**
   * Who writes it, nearest first; left out where nobody is above it. A plan that names owners was asked for although they put
   * it back (--without-hold), and is carried out only while nobody else has come.
   */
  owners?: Owner[];
  /** Digest over `basis`; staleness is decided by it, never by resourceVersion. */
  basisDigest: string;
  /** What the digest covers, by field name, each with its own digest: names what changed when a plan is stale. */
  basis: Record<string, string>;
}

/** A workload: where it is, where it goes, and the digest of the fields that this was computed from. */
export interface WorkloadTarget extends TargetBase {
  layer: 'workload';
  /** `noop`: nothing to change and nothing to repair; `repair`: template is right, stuck pods are not. */
  action: 'change' | 'repair' | 'noop';
  from: RevisionRef | undefined;
  to: RevisionRef;
  /** Which rule chose `to`: `asked`, `previous`, `ready-pods`, `longest-in-force`, `current`, `before-run`. */
  chosenBy: string;
  changes: FieldChange[];
  /** How it stood when it was planned; left out where there is nothing to tell (revert). */
  seen?: SeenState;
}

/**
 * `update`: PUT over the live object; `recreate`: a field that cannot be changed differs, so delete and create; `delete`: it
 * was added since; `skip`: its owner makes it; `refuse`: it cannot or may not be written, `because` says why.
 */
export type ObjectVerb = 'noop' | 'create' | 'update' | 'recreate' | 'delete' | 'skip' | 'refuse';

/** Any object as a whole: what it is to be is in the run's wanted objects, here is only its digest. */
export interface ObjectTarget extends TargetBase {
  layer: 'object';
  /** `change` for the verbs that write. */
  action: 'change' | 'noop';
  verb: ObjectVerb;
  /** Why it is recreated, skipped or refused; the sentence is made in lib/output. */
  because?: Reason;
  /** Where the wanted state comes from. */
  source: WantedSource;
  /** Of the object as it is to be; left out where it is to be gone, or is not written. */
  wantedDigest?: string;
  /** An autoscaler sets its replicas: they stay as they are. */
  keepsReplicas?: true;
  changes: ObjectChange[];
}

export type WantedSource =
  /** `movedFrom`: the namespace that it was of, where it goes to another one. */
  | { kind: 'snapshot'; id: string; takenAt: string; place: string; movedFrom?: string }
  | { kind: 'last-applied' }
  | { kind: 'helm-manifest'; release: string; namespace: string; revision: number }
  /** What run `id` found. */
  | { kind: 'run'; id: string };

/** True for a target that the plan writes to. */
export function isWritten({ action }: PlannedTarget): boolean {
  return action !== 'noop';
}

export function isWorkloadTarget(target: PlannedTarget): target is WorkloadTarget {
  return target.layer === 'workload';
}

export function isObjectTarget(target: PlannedTarget): target is ObjectTarget {
  return target.layer === 'object';
}

/** What a person sees of the target in the head of a plan. */
export interface SeenState {
  /** Pods wanted and pods Ready. */
  wanted: number;
  ready: number;
  troubled: { pod: string; reason: string }[];
  /** Field manager that wrote the template last, and when (RFC 3339). */
  writtenBy?: string;
  writtenAt?: string;
  /** No owner was found, and this may not be looked at: there may be one. */
  ownersUnread?: MissingPermission[];
  /** A program that wrote the template, though nothing on the object proves an owner: the last hint that there is one. */
  program?: { name: string; at?: string };
  /** Autoscalers that set something of it. */
  drivers?: Driver[];
}

export interface RevisionRef {
  /** Display only: controllers renumber. */
  number: number | undefined;
  /** pod-template-hash or controller-revision-hash: the identity. */
  hash: string;
  /** Name of the ReplicaSet or ControllerRevision. */
  name: string;
  /** Digest of the pod template that the revision holds. */
  templateDigest: string;
  images: string[];
  createdAt: string | undefined;
  changeCause?: string;
}

/** A changed field for people: values already redacted. Path as `containers[receive].image`. */
export interface FieldChange {
  path: string;
  from?: string;
  to?: string;
}

/** Everything a step needs, as plain JSON. `kind` selects the step's implementation in the runner's registry. */
export interface Step {
  id: string;
  kind: string;
  target: ObjectRef | undefined;
  /** Parameters of this kind of step; no secret value. */
  params: JsonObject;
}

export interface RunOptions {
  stableForMs: number;
  stuckAfterMs: number;
  stuckPods: 'evict' | 'delete' | 'never';
  timeoutMs: number;
  /** No lock and no record in the cluster: only this machine knows of the run. */
  localOnly?: boolean;
  reason?: string;
  ticket?: string;
}

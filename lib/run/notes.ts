import type { PutBack } from '../core/owner.ts';

/** What the person should know before saying yes. Code and parameters here, the sentence in lib/output. */
export interface NoteParams {
  /** kubectl's last-applied annotation stays at the bad version: the next `kubectl apply` merges from it (kubectl#1301). */
  'last-applied': { target: string };
  /** Who or what writes this object and would put the change back. `how` is `kubectl-apply`, or a field manager's name. */
  'put-back-by': { target: string; how: string };
  /** A ConfigMap, Secret or claim that the target revision uses was written after the revision was made: not part of this undo. */
  'reference-changed': { kind: string; name: string; changedAt: string; usedAs: string };
  /** Could not be looked at; `missing` names the permission. */
  'reference-unknown': { kind: string; name: string; detail: string };
  /** Ordinals below the partition keep the revision they have. */
  partition: { partition: number; replicas: number };
  /** Healthy pods are not touched under OnDelete; they change when somebody deletes them. */
  'on-delete': { pods: string[] };
  /** `kubectl rollout undo` would have taken another revision. */
  'previous-differs': { previous: string; chosen: string };
  /** The person asked for `previous`; the rules would choose another revision. */
  'rule-differs': { previous: string; ruled: string };
  /** The chosen revision is one that an earlier undo went away from. */
  'goes-back-to-left': { revision: string; runId?: string };
  /** Deployment strategy Recreate: all pods stop before the first new one starts. */
  'recreate-strategy': { replicas: number };
  /** spec.replicas was written near the trouble. `previous` where it can be known. */
  'replicas-changed': { now: number; previous?: number; manager: string; at: string };
  /** An autoscaler drives the replicas: a step for them will be put back. */
  'replicas-driven': { by: string; min: number; max: number };
  /** StatefulSet ordinals that a smaller replica count stops, with their claims; policy Delete loses the data. */
  'scale-down': { ordinals: number[]; claims: string[]; whenScaled: 'Retain' | 'Delete' };
  /** The template is already right; only stuck pods are replaced. */
  'repair-only': { pods: string[] };
  /** Pods that block the roll-out and will be evicted (kubernetes#67250). */
  'will-evict': { pods: string[]; how: 'evict' | 'delete' };
  /** Pods that block the roll-out and stay, because of --stuck-pods=never. */
  'stuck-stays': { pods: string[] };
  /** A disruption budget allows no eviction now. */
  'budget-blocks': { budget: string; pods: string[] };
  /** Kubernetes 1.35.0–1.35.3 counts broken old pods under Parallel (kubernetes#137409). */
  'parallel-regression': { serverVersion: string };
  /** This goes back to the state before the run: the bad one. */
  'revert-is-bad': { runId: string; target: string };
  /** This machine could not open what the run found; the cluster's copy was taken instead. */
  'pre-images-recovered': { runId: string };
  /** Which permissions the run needs and does not have; shown by `plan`, refused by `undo`. */
  'permission-missing': { permissions: string[] };
  /** What would have been warned of is not known: it was not allowed to look. */
  'not-looked-at': { permissions: string[] };
  /** Somebody above the target writes it, and the undo is made here nevertheless (--without-hold). */
  'owner-puts-back': { target: string; putBack: PutBack[] };
  /** More than one manager claims the object: whoever writes last wins. */
  'owners-contested': { object: string };
  /** A mark of an owner that does not count, and why. */
  'owner-mark-void': { target: string; mark: string; why: string };
  /** Which state an object goes back to, by which rule, which others hold the same, and which hold another one. */
  'state-chosen': { target: string; state: string; at?: string; rule: string; agreeing: string[]; others: string[] };
  /** Places that may hold a state and could not be looked at. */
  'state-gaps': { target: string; gaps: string[] };
  /** Somebody uses an object that is changed: how, why, and what becomes of it. */
  dependent: DependentNote;
  /** The snapshot is of another cluster, and it is restored here nevertheless. */
  'restore-other-cluster': { context: string; server: string };
  'restore-incomplete': { gaps: string[] };
  /** Contents that the snapshot does not have. */
  'restore-omitted': { objects: string[] };
  'restore-without-secrets': { objects: string[] };
  /** Not in the snapshot; they stay. */
  'restore-added': { objects: string[] };
  /** Written without a dry run before: what they need comes with the restore. */
  'restore-untried': { objects: number };
  /** An autoscaler sets the replicas of these: they stay as they are now. */
  'replicas-kept': { targets: string[] };
  /** --dry-run=client: the server was not asked whether it would take the writes. */
  untried: Record<string, never>;
  /** A workload that is written and whose pods nobody waits for: it is paused. */
  'restore-not-awaited': { target: string; command: string };
  'restore-deletes': { objects: string[] };
  'restore-wide': { objects: number; namespaces: string[] };
  /** How far the server's preview went. */
  'dry-run': { result: 'ok' | 'not-allowed' | 'refused'; detail?: string };
}

export interface DependentNote {
  target: string;
  source: string;
  usedAs: string;
  /** A `ReadingReason`. */
  because: string;
  /**
   * `restarted`: by this plan; `replaced`: it gets new pods anyway; `blocked`: it keeps the old content until somebody restarts
   * it; `perhaps`: it has the new file, and nothing tells whether it reads it; `reads`: by itself; `later`: at the next use.
   */
  outcome: 'restarted' | 'replaced' | 'blocked' | 'perhaps' | 'reads' | 'later';
  /** Why it is not restarted. */
  blocked?: 'never' | 'not-here' | 'owner' | 'on-delete' | 'paused' | 'no-controller';
  owner?: string;
  command?: string;
}

export type NoteCode = keyof NoteParams;

export type Note = {
  [C in NoteCode]: { code: C; level: 'info' | 'warning'; params: NoteParams[C] };
}[NoteCode];

/** Makes a note; a function only so that code and parameters are checked together. */
export function note<C extends NoteCode>(code: C, level: 'info' | 'warning', params: NoteParams[C]): Note {
  return { code, level, params } as Note;
}

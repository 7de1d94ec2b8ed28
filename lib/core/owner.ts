import type { MissingPermission } from './permission.ts';

/** Who writes an object, as a plan, a refusal and a message name it. Facts and judgement are in lib/ownership. */
export interface Owner {
  kind: 'controller' | 'helm' | 'argocd' | 'flux';
  /** `prometheus/kps`, `application/monitoring`; of Helm the release alone: `kps`. */
  name: string;
  /** Empty for what has none, or whose namespace is not known. */
  namespace: string;
  /** What it writes: the target, or the owner below it. */
  of: string;
  how: 'owner-reference' | 'helm-annotations' | 'tracking-id' | 'instance-label' | 'flux-labels';
  /**
   * Whether the owner itself was seen. `gone`: there is none of that uid or name. `elsewhere`: not in this cluster, and it
   * may well be in another. `unread`: we may not look.
   */
  seen: 'confirmed' | 'gone' | 'elsewhere' | 'unread';
  /** Permissions that were missing to look. */
  unread?: MissingPermission[];
  /** How many objects it writes: the reach of a change there. */
  objects?: number;
  /** Helm's revision, or what Argo CD has synced. */
  revision?: string;
  status?: string;
  /** Since when it is in that revision, RFC 3339. */
  since?: string;
}

/**
 * When a change below an owner is put back. `at-once`: by its controller; `self-heal`: by Argo CD within seconds;
 * `next-upgrade`: by Helm, which never looks by itself; `next-sync`: of Argo CD; `interval`: of Flux; `resumed`: when
 * Flux is; `unknown`: the owner could not be seen.
 */
export interface PutBack {
  by: string;
  when: 'at-once' | 'self-heal' | 'next-upgrade' | 'next-sync' | 'interval' | 'resumed' | 'unknown';
}

/** What makes the change last, where the owner takes its state from. */
export interface OwnerAdvice {
  /** `edit`: of the custom resource; `git`: what to revert there; `plan`: this tool does it, with another target. */
  what: 'helm-rollback' | 'helm-history' | 'argocd-rollback' | 'argocd-history' | 'git' | 'flux' | 'edit' | 'plan';
  command: string;
  /** Repository or source that holds the state. */
  where?: string;
  revision?: string;
  objects?: number;
}

/** What became of a target's owners since a plan for it was made. */
export interface OwnerChange {
  /** Not named by the plan: it came since, or could not be seen then. */
  added: Owner[];
  gone: Owner[];
}

/** An autoscaler and what it sets of the target. */
export interface Driver {
  by: string;
  what: 'replicas' | 'resources';
  min?: number;
  max?: number;
}

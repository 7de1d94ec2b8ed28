/**
 * What a roll-out looks like at one moment, for Deployment, StatefulSet and DaemonSet alike: plain data that
 * `judgeRollout` decides on. Times are milliseconds of the server's clock.
 */
export interface RolloutView {
  kind: string;
  name: string;
  /** The controller has seen the current generation; before that its revision hash is the old one. */
  observed: boolean;
  /** Hash that pods of the current template carry; undefined until the controller has made or found the revision. */
  updateHash: string | undefined;
  /** Pods wanted: spec.replicas, or the DaemonSet's desiredNumberScheduled. */
  wanted: number;
  strategy: 'RollingUpdate' | 'OnDelete' | 'Recreate';
  /** StatefulSet only: ordinals below it keep the revision they have. */
  partition: number;
  minReadyMs: number;
  pods: PodView[];
}

export interface PodView {
  name: string;
  uid: string;
  hash: string;
  ordinal: number | undefined;
  ready: boolean;
  /** Since when Ready has its present value. */
  sinceMs: number;
  terminating: boolean;
  /** Failed or Succeeded: the controller replaces it by itself. */
  ended: boolean;
  /** Kubernetes' own word for what is wrong, as `CrashLoopBackOff`. */
  reason?: string;
}

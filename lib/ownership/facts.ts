import type { MissingPermission } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { OwnerMark } from '../formats/owner-marks.ts';
import type { HelmRelease } from '../formats/helm-release.ts';
import type { KubeObject } from '../kube/types.ts';

/** What was looked up about who writes an object, as plain JSON; judged in judge.ts. */
export interface OwnershipFacts {
  object: KubeObject;
  owners: OwnerFact[];
  /** Horizontal and vertical pod autoscalers of the namespace. */
  autoscalers: JsonObject[];
  /** What we may not list of them. */
  unread: MissingPermission[];
}

/** One mark, and the owner that it names. */
export interface OwnerFact {
  mark: OwnerMark;
  /** The object that carries the mark: the target, or the owner below. */
  of: JsonObject;
  state: 'found' | 'missing' | 'unread' | 'not-served';
  /** What we may not read. */
  unread: MissingPermission[];
  /** The owner: a custom resource, an Application, a Flux object. Several where a name is not enough to tell them apart. */
  objects: OwnerObject[];
  release?: ReleaseFact;
  /** argocd-cm of the Argo CD that has the Application, where it can be read. */
  settings?: JsonObject;
}

export interface OwnerObject {
  object: KubeObject;
  /** How kubectl names its type: `prometheuses.monitoring.coreos.com`. */
  resource: string;
  /** Who writes the owner in turn. */
  above: OwnerFact[];
}

/** The newest revision of a release, and which others there are. */
export interface ReleaseFact {
  /** Undefined when it could not be decoded. */
  newest: HelmRelease | undefined;
  /** All stored revisions, oldest first. */
  revisions: { revision: number; status: string }[];
}

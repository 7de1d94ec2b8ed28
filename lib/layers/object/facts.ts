import type { KubeObject, ResourceType } from '../../kube/types.ts';
import type { Ownership } from '../../ownership/judge.ts';

/** What was seen of one object that is to be restored, as plain JSON. */
export interface ObjectFacts {
  type: ResourceType;
  /** False for a type that the server does not serve, nor will once the plan's own CRDs are there. */
  isServed: boolean;
  /** As it is to be; undefined for what was added since. */
  stored: KubeObject | undefined;
  live: KubeObject | undefined;
  /** The person named it. */
  isNamed: boolean;
  /** Who writes it; of the live object, or of the stored one where there is none. */
  ownership: Ownership | undefined;
  /** An autoscaler sets its replicas. */
  isScaled: boolean;
}

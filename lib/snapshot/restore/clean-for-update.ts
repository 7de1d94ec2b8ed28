import { isObject, isTrueAt, objectsAt, textAt, textsAt } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import { isControllerAnnotation } from '../../formats/controller-annotations.ts';
import { isMore } from '../../formats/quantity.ts';
import type { KubeObject } from '../../kube/types.ts';
import { eachClientConfig, jobLabels } from './clean-for-create.ts';
import { isBundleInjected, isExplicitNodePort, systemMetadata } from './controller-fields.ts';
import { copyJson, dropAt, takeFrom } from './mutable.ts';

/** What a rule needs to know besides the two objects. */
export interface UpdateFacts {
  /** An autoscaler sets the replicas: going back to the stored number would take capacity away at once. */
  isScaledByOther: boolean;
}

/** One rule of how a stored object is put over a live one. `apply` changes the copy. */
export interface UpdateRule {
  name: string;
  kinds?: readonly string[];
  apply(object: JsonObject, stored: JsonObject, live: JsonObject, facts: UpdateFacts): void;
}

const scaled = ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'];
const withBundles = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'CustomResourceDefinition', 'APIService'];

/** The rules, in the order in which they are applied. */
export const updateRules: readonly UpdateRule[] = [
  {
    name: 'metadata of the server and of controllers stays; managedFields are computed',
    apply(object, _stored, live) {
      for (const key of [...systemMetadata, 'finalizers']) takeFrom(object, live, 'metadata', key);
      dropAt(object, 'metadata', 'managedFields');
    },
  },
  {
    name: 'annotations that controllers write about their own work stay',
    apply(object, stored, live) {
      const kind = textAt(object, 'kind') ?? '';
      const keys = [stored, live].flatMap((one) => Object.keys(textsAt(one, 'metadata', 'annotations')));
      for (const key of keys) if (isControllerAnnotation(key, kind)) takeFrom(object, live, 'metadata', 'annotations', key);
    },
  },
  { name: 'status stays: a PUT does not reach it', apply: (object, _stored, live) => takeFrom(object, live, 'status') },
  {
    name: 'replicas that an autoscaler sets stay',
    kinds: scaled,
    apply(object, _stored, live, { isScaledByOther }) {
      if (isScaledByOther) takeFrom(object, live, 'spec', 'replicas');
    },
  },
  {
    name: 'a Service keeps its addresses',
    kinds: ['Service'],
    apply(object, _stored, live) {
      const isHeadless = (service: JsonObject) => textAt(service, 'spec', 'clusterIP') === 'None';
      const isExternal = (service: JsonObject) => textAt(service, 'spec', 'type') === 'ExternalName';
      if (isHeadless(object) || isExternal(object)) return;
      for (const key of ['clusterIP', 'clusterIPs']) {
        if (isHeadless(live) || isExternal(live)) dropAt(object, 'spec', key);
        else takeFrom(object, live, 'spec', key);
      }
      // Another policy: the second address is the server's to give or to take.
      if (textAt(object, 'spec', 'ipFamilyPolicy') !== textAt(live, 'spec', 'ipFamilyPolicy')) dropAt(object, 'spec', 'clusterIPs');
      else takeFrom(object, live, 'spec', 'ipFamilies');
    },
  },
  {
    name: 'node ports that nobody chose stay as they are now',
    kinds: ['Service'],
    apply(object, stored, live) {
      const livePorts = objectsAt(live, 'spec', 'ports');
      for (const port of objectsAt(object, 'spec', 'ports')) {
        if (isExplicitNodePort(stored, port)) continue;
        const same = livePorts.find((one) => one['port'] === port['port'] && one['protocol'] === port['protocol']);
        if (same?.['nodePort'] === undefined) delete port['nodePort'];
        else port['nodePort'] = same['nodePort'];
      }
      takeFrom(object, live, 'spec', 'healthCheckNodePort');
    },
  },
  { name: 'tokens of a ServiceAccount stay', kinds: ['ServiceAccount'], apply: (object, _stored, live) => takeFrom(object, live, 'secrets') },
  {
    name: 'what a token Secret holds is its controller\'s',
    kinds: ['Secret'],
    apply(object, stored, live) {
      if (textAt(stored, 'type') !== 'kubernetes.io/service-account-token') return;
      takeFrom(object, live, 'data');
      takeFrom(object, live, 'metadata', 'annotations', 'kubernetes.io/service-account.uid');
    },
  },
  {
    name: "a Job's selector and its labels carry the uid of the live one, unless the person chose it",
    kinds: ['Job'],
    apply(object, stored, live) {
      if (isTrueAt(stored, 'spec', 'manualSelector')) return;
      takeFrom(object, live, 'spec', 'selector');
      for (const label of jobLabels) takeFrom(object, live, 'spec', 'template', 'metadata', 'labels', label);
    },
  },
  {
    name: 'a CA bundle that cert-manager puts in stays',
    kinds: withBundles,
    apply(object, stored, live) {
      if (!isBundleInjected(stored) && !isBundleInjected(live)) return;
      const bundles = new Map<string, JsonObject>();
      eachClientConfig(live, (config, index) => bundles.set(placeOf(live, index), config));
      eachClientConfig(object, (config, index) => takeFrom(config, bundles.get(placeOf(object, index)) ?? {}, 'caBundle'));
    },
  },
  {
    name: "a Namespace has labels and annotations, the rest is the server's",
    kinds: ['Namespace'],
    apply(object, _stored, live) {
      takeFrom(object, live, 'spec');
      takeFrom(object, live, 'metadata', 'labels', 'kubernetes.io/metadata.name');
    },
  },
  {
    name: 'a claim keeps its volume and never shrinks',
    kinds: ['PersistentVolumeClaim'],
    apply(object, stored, live) {
      takeFrom(object, live, 'spec');
      const [before, now] = [stored, live].map((claim) => textAt(claim, 'spec', 'resources', 'requests', 'storage'));
      if (before !== undefined && now !== undefined && isMore(before, now)) takeFrom(object, stored, 'spec', 'resources', 'requests', 'storage');
      takeFrom(object, stored, 'spec', 'volumeAttributesClassName');
    },
  },
  {
    name: 'a volume keeps its claim and its size',
    kinds: ['PersistentVolume'],
    apply(object, _stored, live) {
      for (const key of ['claimRef', 'capacity']) takeFrom(object, live, 'spec', key);
    },
  },
];

/** A stored object as it is PUT over the live one, of exactly that resourceVersion. */
export function cleanForUpdate(stored: KubeObject, live: KubeObject, facts: UpdateFacts): KubeObject {
  const object = copyJson(stored);
  for (const { kinds, apply } of updateRules) if (kinds === undefined || kinds.includes(stored.kind)) apply(object, stored, live, facts);
  for (const key of ['labels', 'annotations']) if (isObject(object.metadata[key]) && Object.keys(object.metadata[key]).length === 0) delete object.metadata[key];
  return object;
}

/** Webhooks are told by name: their order may differ. */
function placeOf(object: JsonObject, index: number): string {
  return textAt(objectsAt(object, 'webhooks')[index], 'name') ?? 'the only one';
}

import { isObject, objectsAt, textAt, textsAt } from '../../core/fields.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { isControllerAnnotation } from '../../formats/controller-annotations.ts';
import type { KubeObject } from '../../kube/types.ts';
import { isBundleInjected, isExplicitHealthPort, isExplicitNodePort, lastAppliedOf, systemMetadata } from './controller-fields.ts';
import { copyJson, dropAt } from './mutable.ts';

/** One rule of how a stored object is made new. `apply` changes the copy; `stored` is the object as it was captured. */
export interface CreateRule {
  name: string;
  kinds?: readonly string[];
  apply(object: JsonObject, stored: JsonObject): void;
}

// Whether deleting an Application deletes what it made is the person's choice, and nobody adds it again. Every other finalizer is
// put back by its controller, and one without a controller would block deletion for ever.
const keptFinalizers = /^(resources-finalizer|post-delete-finalizer)\.argocd\.argoproj\.io/;
const workloads = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'];
/** What the server writes into the template of a Job whose selector nobody chose. */
export const jobLabels = ['controller-uid', 'batch.kubernetes.io/controller-uid', 'job-name', 'batch.kubernetes.io/job-name'];
const withBundles = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'CustomResourceDefinition', 'APIService'];

/** The rules, in the order in which they are applied. Source of most: velero pkg/restore/restore.go (resetMetadata) and pkg/restore/actions. */
export const createRules: readonly CreateRule[] = [
  {
    name: 'metadata that the server sets is not sent: a stale owner uid would have the garbage collector delete what was restored',
    apply: (object) => systemMetadata.forEach((key) => dropAt(object, 'metadata', key)),
  },
  {
    name: "finalizers are their controllers'",
    apply(object) {
      const kept = listOfTexts(object, 'metadata', 'finalizers').filter((finalizer) => keptFinalizers.test(finalizer));
      if (kept.length === 0) dropAt(object, 'metadata', 'finalizers');
      else (object['metadata'] as JsonObject)['finalizers'] = kept;
    },
  },
  {
    name: 'annotations that controllers write about their own work',
    apply(object) {
      const kind = textAt(object, 'kind') ?? '';
      for (const key of Object.keys(textsAt(object, 'metadata', 'annotations'))) if (isControllerAnnotation(key, kind)) dropAt(object, 'metadata', 'annotations', key);
    },
  },
  { name: 'status is observed, not wished', apply: (object) => dropAt(object, 'status') },
  {
    name: "a Service's addresses are given by the server, but for None, which is what it is",
    kinds: ['Service'],
    apply(object) {
      if (textAt(object, 'spec', 'clusterIP') === 'None') return;
      dropAt(object, 'spec', 'clusterIP');
      dropAt(object, 'spec', 'clusterIPs');
    },
  },
  {
    name: 'node ports that nobody chose are given by the server',
    kinds: ['Service'],
    apply(object, stored) {
      for (const port of objectsAt(object, 'spec', 'ports')) if (!isExplicitNodePort(stored, port)) delete port['nodePort'];
      if (!isExplicitHealthPort(stored)) dropAt(object, 'spec', 'healthCheckNodePort');
    },
  },
  {
    name: 'tokens of a ServiceAccount are made for it anew',
    kinds: ['ServiceAccount'],
    apply(object) {
      if (!Array.isArray(object['secrets'])) return;
      const kept = objectsAt(object, 'secrets').filter((reference) => !/-(token|dockercfg)-[a-z0-9]+$/.test(textAt(reference, 'name') ?? ''));
      if (kept.length === 0) delete object['secrets'];
      else object['secrets'] = kept;
    },
  },
  {
    name: 'a token Secret is filled by its controller',
    kinds: ['Secret'],
    apply(object) {
      if (textAt(object, 'type') !== 'kubernetes.io/service-account-token') return;
      dropAt(object, 'metadata', 'annotations', 'kubernetes.io/service-account.uid');
      for (const key of ['token', 'ca.crt', 'namespace']) dropAt(object, 'data', key);
    },
  },
  {
    name: "a Job's selector and its labels carry the uid of the old one, unless the person chose it",
    kinds: ['Job'],
    apply(object) {
      if ((object['spec'] as JsonObject | undefined)?.['manualSelector'] === true) return;
      dropAt(object, 'spec', 'selector');
      for (const label of jobLabels) dropAt(object, 'spec', 'template', 'metadata', 'labels', label);
    },
  },
  { name: "a template's creationTimestamp is nothing", kinds: workloads, apply: (object) => dropAt(object, 'spec', 'template', 'metadata', 'creationTimestamp') },
  {
    name: "a CA bundle that cert-manager puts in is of today's certificates",
    kinds: withBundles,
    apply(object, stored) {
      if (isBundleInjected(stored)) eachClientConfig(object, (config) => delete config['caBundle']);
    },
  },
  { name: "a Namespace's finalizers are the server's", kinds: ['Namespace'], apply: (object) => dropAt(object, 'spec') },
  {
    name: 'a claim is bound to a volume by the controller, unless the person chose the volume',
    kinds: ['PersistentVolumeClaim'],
    apply(object, stored) {
      if (!isBoundByPerson(stored)) dropAt(object, 'spec', 'volumeName');
    },
  },
  {
    name: 'a volume waits for the claim of that name, not for the one with the old uid',
    kinds: ['PersistentVolume'],
    apply(object) {
      dropAt(object, 'spec', 'claimRef', 'uid');
      dropAt(object, 'spec', 'claimRef', 'resourceVersion');
    },
  },
];

/** A stored object as it is sent to make it new. */
export function cleanForCreate(stored: KubeObject): KubeObject {
  const object = copyJson(stored);
  for (const { kinds, apply } of createRules) if (kinds === undefined || kinds.includes(stored.kind)) apply(object, stored);
  for (const key of ['labels', 'annotations']) if (isEmptyObject(object.metadata[key])) delete object.metadata[key];
  return object;
}

/** Every place where an object holds a CA bundle: webhooks, a CRD's conversion, an APIService. */
export function eachClientConfig(object: JsonObject, visit: (config: JsonObject, index: number) => void): void {
  const conversion = (((object['spec'] as JsonObject | undefined)?.['conversion'] as JsonObject | undefined)?.['webhook'] as JsonObject | undefined)?.['clientConfig'];
  const configs: (Json | undefined)[] = objectsAt(object, 'webhooks').map((webhook) => webhook['clientConfig']);
  if (object['kind'] === 'APIService') configs.push(object['spec']);
  [...configs, conversion].forEach((config, index) => isObject(config) && visit(config, index));
}

/** The binder notes what it has chosen; without that note the volume was named by whoever wrote the claim. */
function isBoundByPerson(claim: JsonObject): boolean {
  if (textAt(lastAppliedOf(claim), 'spec', 'volumeName') !== undefined) return true;
  return textAt(claim, 'spec', 'volumeName') !== undefined && textAt(claim, 'metadata', 'annotations', 'pv.kubernetes.io/bound-by-controller') === undefined;
}

function listOfTexts(object: JsonObject, key: 'metadata', name: string): string[] {
  const list = (object[key] as JsonObject | undefined)?.[name];
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
}

function isEmptyObject(value: Json | undefined): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

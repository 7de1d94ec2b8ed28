import { isTrueAt, objectAt, objectsAt, textAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';

/** Another object that a pod of this template needs. */
export interface TemplateReference {
  kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim' | 'ServiceAccount';
  name: string;
  /** Where, as `env[TOKEN]`, `envFrom`, `volumes[hashring]`, `volumes[hashring].subPath`, `imagePullSecrets`. */
  usedAs: string;
  /** Pods start without it. */
  optional: boolean;
}

const containerLists = ['initContainers', 'containers', 'ephemeralContainers'];

/**
 * Every ConfigMap, Secret, claim and ServiceAccount that the template names: env, envFrom, volumes, projected sources,
 * pull secrets, of all containers. A `.subPath` use reads the content once, at the start of the container.
 */
export function referencesOf(template: JsonObject): TemplateReference[] {
  const spec = objectAt(template, 'spec');
  if (!spec) return [];
  const containers = containerLists.flatMap((list) => objectsAt(spec, list));
  const mounts = containers.flatMap((container) => objectsAt(container, 'volumeMounts'));
  const bySubPath = new Set(mounts.filter(hasSubPath).map((mount) => mount['name']));
  const account = textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount');
  return [
    ...containers.flatMap(referencesOfContainer),
    ...objectsAt(spec, 'volumes').flatMap((volume) => referencesOfVolume(volume, bySubPath.has(volume['name'] ?? ''))),
    // The kubelet pulls without a pull secret that is not there, and says so in an event.
    ...objectsAt(spec, 'imagePullSecrets').flatMap((source) => reference('Secret', source, 'name', 'imagePullSecrets', true)),
    ...(account && account !== 'default' ? [{ kind: 'ServiceAccount' as const, name: account, usedAs: 'serviceAccountName', optional: false }] : []),
  ];
}

function hasSubPath(mount: JsonObject): boolean {
  return Boolean(textAt(mount, 'subPath') || textAt(mount, 'subPathExpr'));
}

function referencesOfContainer(container: JsonObject): TemplateReference[] {
  const single = objectsAt(container, 'env').flatMap((variable) => {
    const usedAs = `env[${textAt(variable, 'name') ?? ''}]`;
    return [
      ...reference('ConfigMap', objectAt(variable, 'valueFrom', 'configMapKeyRef'), 'name', usedAs),
      ...reference('Secret', objectAt(variable, 'valueFrom', 'secretKeyRef'), 'name', usedAs),
    ];
  });
  const whole = objectsAt(container, 'envFrom').flatMap((source) => [
    ...reference('ConfigMap', objectAt(source, 'configMapRef'), 'name', 'envFrom'),
    ...reference('Secret', objectAt(source, 'secretRef'), 'name', 'envFrom'),
  ]);
  return [...single, ...whole];
}

function referencesOfVolume(volume: JsonObject, isSubPath: boolean): TemplateReference[] {
  const usedAs = `volumes[${textAt(volume, 'name') ?? ''}]${isSubPath ? '.subPath' : ''}`;
  const projected = objectsAt(volume, 'projected', 'sources').flatMap((source) => [
    ...reference('ConfigMap', objectAt(source, 'configMap'), 'name', usedAs),
    ...reference('Secret', objectAt(source, 'secret'), 'name', usedAs),
  ]);
  // csi.nodePublishSecretRef, rbd.secretRef, cephfs.secretRef and the like: in this namespace unless the driver says another.
  const ofDrivers = Object.values(volume).flatMap((source) =>
    ['secretRef', 'nodePublishSecretRef'].flatMap((field) => {
      const target = objectAt(source, field);
      return textAt(target, 'namespace') ? [] : reference('Secret', target, 'name', usedAs);
    }),
  );
  return [
    ...reference('ConfigMap', objectAt(volume, 'configMap'), 'name', usedAs),
    ...reference('Secret', objectAt(volume, 'secret'), 'secretName', usedAs),
    ...reference('PersistentVolumeClaim', objectAt(volume, 'persistentVolumeClaim'), 'claimName', usedAs),
    ...reference('Secret', objectAt(volume, 'azureFile'), 'secretName', usedAs),
    ...projected,
    ...ofDrivers,
  ];
}

function reference(
  kind: TemplateReference['kind'],
  source: JsonObject | undefined,
  nameField: string,
  usedAs: string,
  optional = false,
): TemplateReference[] {
  const name = textAt(source, nameField);
  return name ? [{ kind, name, usedAs, optional: optional || isTrueAt(source, 'optional') }] : [];
}

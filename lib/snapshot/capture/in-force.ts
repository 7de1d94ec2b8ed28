import { objectsAt, textAt } from '../../core/fields.ts';
import { liveRevisionOf } from '../../formats/argo-application.ts';
import { chartOfRelease, releaseMarkOf } from '../../formats/helm-release.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { Manifest } from '../manifest.ts';

export type InForce = Manifest['inForce'];

/**
 * Which revision of each Helm release was in force: the newest that is deployed, else the newest there is with its status.
 * @param stored Secrets and ConfigMaps; those that hold no release are passed over
 */
export function findHelmInForce(stored: readonly KubeObject[]): InForce['helm'] {
  const newest = new Map<string, { object: KubeObject; mark: NonNullable<ReturnType<typeof releaseMarkOf>> }>();
  for (const object of stored) {
    const mark = releaseMarkOf(object);
    if (!mark) continue;
    const key = `${mark.namespace}/${mark.name}`;
    const known = newest.get(key)?.mark;
    const rank = ({ status, revision }: typeof mark) => (status === 'deployed' ? 1e9 : 0) + revision;
    if (!known || rank(mark) > rank(known)) newest.set(key, { object, mark });
  }
  return [...newest.values()].map(({ object, mark: { name, namespace, revision, status } }) => ({ release: name, namespace, revision, status, chart: chartOfRelease(object) ?? '' }));
}

/**
 * What each Argo CD Application had synced.
 * @param namespaces undefined = all Applications; else those that deliver into one of these, or are in it
 */
export function findArgoInForce(applications: readonly KubeObject[], namespaces: readonly string[] | undefined): InForce['argocd'] {
  const isHere = (namespace: string | undefined) => namespaces === undefined || (namespace !== undefined && namespaces.includes(namespace));
  return applications
    .filter((application) => [textAt(application, 'metadata', 'namespace'), textAt(application, 'spec', 'destination', 'namespace')].some(isHere) || resourcesOf(application).some(isHere))
    .map((application) => ({
      application: application.metadata.name,
      namespace: textAt(application, 'metadata', 'namespace') ?? '',
      revision: liveRevisionOf(application) ?? '',
    }));
}

function resourcesOf(application: KubeObject): (string | undefined)[] {
  return objectsAt(application, 'status', 'resources').map((resource) => textAt(resource, 'namespace'));
}

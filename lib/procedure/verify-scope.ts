import { isError, RetraceError } from '../core/errors.ts';
import { listObjects } from '../kube/objects.ts';
import { builtinTypes, resourcePath } from '../kube/paths.ts';
import { findMissingNamespace } from '../kube/target-hints.ts';
import type { Connection, KubeObject, ResourceType } from '../kube/types.ts';
import { templateOf } from '../formats/workload.ts';
import { listAt, objectsAt, textAt } from '../core/fields.ts';

/** Images of what a person means by a monitoring stack: upstream's and those that are built from them. */
const monitoringImage = /(^|\/)(prometheus|thanos|alertmanager)([:@-]|$)/;

/**
 * Why there is nothing to verify in a namespace: it is not there, or no workload is in it; then where a monitoring stack is.
 * @param command for another namespace
 * @returns undefined when there is something, or when it may not be looked at: the checks say so
 */
export async function findEmptyNamespace(connection: Connection, namespace: string, command: (namespace: string) => string): Promise<RetraceError | undefined> {
  if ((await Promise.all(workloadTypes.map((type) => isEmpty(connection, type, namespace)))).some((empty) => !empty)) return undefined;
  const missing = await findMissingNamespace(connection, namespace);
  if (missing) return missing;
  const found = await Promise.all([builtinTypes.statefulsets, builtinTypes.deployments].map((type) => listIfAllowed(connection, type)));
  const isMonitoring = (object: KubeObject) => objectsAt(templateOf(object), 'spec', 'containers').some((container) => monitoringImage.test(textAt(container, 'image') ?? ''));
  const namespaces = [...new Set(found.flat().filter(isMonitoring).map(({ metadata }) => String(metadata['namespace'])))].sort();
  return new RetraceError('verify.empty-namespace', { namespace, elsewhere: namespaces.map((name) => ({ namespace: name, command: command(name) })) });
}

const workloadTypes = [builtinTypes.pods, builtinTypes.statefulsets, builtinTypes.deployments, builtinTypes.daemonsets, builtinTypes.persistentvolumeclaims];

async function isEmpty(connection: Connection, type: ResourceType, namespace: string): Promise<boolean> {
  try {
    const { body } = await connection.request({ method: 'GET', path: resourcePath(type, { namespace }), query: { limit: 1 } });
    return listAt(body, 'items').length === 0;
  } catch (error) {
    if (isError(error, 'access.forbidden')) return false;
    throw error;
  }
}

async function listIfAllowed(connection: Connection, type: ResourceType): Promise<KubeObject[]> {
  try {
    return (await listObjects(connection, type)).items;
  } catch (error) {
    if (isError(error, 'access.forbidden')) return [];
    throw error;
  }
}

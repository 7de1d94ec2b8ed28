import type { JsonObject } from '../core/json.ts';
import { textsAt } from '../core/fields.ts';
import { decodeHelmRelease } from '../formats/helm-release.ts';
import type { OwnerMark } from '../formats/owner-marks.ts';
import { getObject, listObjects } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import { remembered } from '../kube/remembered.ts';
import type { Connection } from '../kube/types.ts';
import type { OwnerFact } from './facts.ts';

/**
 * The stored revisions of a release: names and labels of all, content of the newest alone, which may be a megabyte.
 * Secrets are Helm's default; HELM_DRIVER=configmap keeps the same in ConfigMaps (helm pkg/storage/driver).
 * @throws access.forbidden when it cannot be known because Secrets, or without any there ConfigMaps, may not be listed
 */
export function findRelease(connection: Connection, mark: Extract<OwnerMark, { kind: 'helm' }>): Promise<Pick<OwnerFact, 'state' | 'unread' | 'release'>> {
  // Decoding a release takes longer than reading it, and a chart has hundreds of objects.
  return remembered(connection, `release ${mark.namespace}/${mark.release}`, () => readRelease(connection, mark));
}

async function readRelease(connection: Connection, { release, namespace }: Extract<OwnerMark, { kind: 'helm' }>): Promise<Pick<OwnerFact, 'state' | 'unread' | 'release'>> {
  const query = { namespace, labelSelector: `owner=helm,name=${release}`, metadataOnly: true };
  const inConfigMaps = listObjects(connection, builtinTypes.configmaps, query);
  // Their failure matters only when no Secret answers the question.
  inConfigMaps.catch(() => {});
  const secrets = await listObjects(connection, builtinTypes.secrets, query);
  const type = secrets.items.length > 0 ? builtinTypes.secrets : builtinTypes.configmaps;
  const stored = (secrets.items.length > 0 ? secrets.items : (await inConfigMaps).items)
    .map((object) => ({ name: object.metadata.name, ...labelsOf(object) }))
    .sort((a, b) => a.revision - b.revision);
  const last = stored.at(-1);
  if (!last) return { state: 'missing', unread: [] };
  const object = await getObject(connection, type, namespace, last.name);
  const newest = object && decodeHelmRelease(object);
  return { state: 'found', unread: [], release: { newest, revisions: stored.map(({ revision, status }) => ({ revision, status })) } };
}

function labelsOf(object: JsonObject): { revision: number; status: string } {
  const { version = '', status = '' } = textsAt(object, 'metadata', 'labels');
  return { revision: Number(version) || 0, status };
}

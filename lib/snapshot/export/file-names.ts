import type { KubeObject } from '../../kube/types.ts';
import { digestOf } from '../../core/digest.ts';
import { comparedRefOf } from '../diff/compare-states.ts';
import { groupOf } from '../restore/immutable.ts';

// A name may have 255 bytes on most file systems, and 143 on one that encrypts (eCryptfs).
const mostBytes = 140;

/**
 * A file name for each object, as `configmap_monitoring_thanos-hashring.yaml`, `clusterrole.rbac.authorization.k8s.io_view.yaml`.
 * Only lower-case letters, digits, `.`, `-`, `_` and `~`, and the kind in front: good on every file system, also one that knows no
 * upper case or reserves `aux` and `con`. Two objects never get one name: `_` parts, and whatever else is not allowed (RBAC
 * allows nearly all) is written as `~` and its bytes.
 */
export function fileNamesOf(objects: readonly KubeObject[]): string[] {
  const taken = new Set<string>();
  return objects.map((object) => {
    const { kind, namespace, name } = comparedRefOf(object);
    const group = groupOf(object);
    const parts = [kind.toLowerCase() + (group === '' ? '' : `.${group}`), ...(namespace === '' ? [] : [namespace]), name].map(escape);
    const readable = parts.join('_');
    // Kinds that differ in case alone, and names that are cut, are told apart by their digest.
    const isPlain = readable.length <= mostBytes && !taken.has(readable);
    const fileName = isPlain ? readable : `${readable.slice(0, mostBytes - 20)}~~${digestOf([object.apiVersion, kind, namespace, name]).slice(-16)}`;
    taken.add(fileName);
    return `${fileName}.yaml`;
  });
}

/** `~` is followed by two hexadecimal digits, so that each text has its own form and `~~` is in none. */
function escape(text: string): string {
  return [...Buffer.from(text)].map((byte) => (/[a-z0-9.-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `~${byte.toString(16).padStart(2, '0')}`)).join('');
}

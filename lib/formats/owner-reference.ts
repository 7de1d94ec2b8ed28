import { isTrueAt, objectsAt, textAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

/** The one ownerReference with `controller: true`, or undefined. Others are for garbage collection only and own nothing. */
export function controllerOwnerOf(object: JsonObject): OwnerReference | undefined {
  const found = objectsAt(object, 'metadata', 'ownerReferences').find((reference) => isTrueAt(reference, 'controller'));
  if (!found) return undefined;
  return {
    apiVersion: textAt(found, 'apiVersion') ?? '',
    kind: textAt(found, 'kind') ?? '',
    name: textAt(found, 'name') ?? '',
    uid: textAt(found, 'uid') ?? '',
  };
}

/** True when the object with this uid controls `object`: the name is not enough, a deleted owner's successor has the same. */
export function isControlledBy(object: JsonObject, uid: string): boolean {
  return controllerOwnerOf(object)?.uid === uid;
}

import { renderYaml } from '../../formats/yaml.ts';
import type { KubeObject } from '../../kube/types.ts';
import { comparedRefOf, type ComparedObject } from '../diff/compare-states.ts';
import { cleanForCreate } from '../restore/clean-for-create.ts';
import { waveOf } from '../restore/order.ts';
import { skipReason, type SkipReason } from '../restore/skipped.ts';
import { holdsCredential, type StoredObject } from '../stored-object.ts';
import { fileNamesOf } from './file-names.ts';

export interface ExportedObject {
  object: ComparedObject;
  /** One document, without `---`. */
  yaml: string;
  fileName: string;
}

export interface LeftOut {
  object: ComparedObject;
  /** `credential`: it holds one, and --with-secrets was not given; `locked`: no key opens it; `omitted`: it was never kept. */
  why: 'credential' | 'locked' | 'omitted' | SkipReason['code'];
}

export interface ExportChoice {
  withSecrets: boolean;
  /** The person named the objects: then a revision of a Helm release comes too. */
  isNamed: boolean;
}

/**
 * Clean manifests of objects, in the order in which they can be created: what the server and controllers set is gone, by the
 * rules of a restore. An object that holds a credential comes whole or not at all: applied without its values, a Secret
 * would lose them in the cluster too.
 */
export function exportObjects(stored: readonly StoredObject[], choice: ExportChoice): { exported: ExportedObject[]; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const kept: KubeObject[] = [];
  for (const one of stored) {
    const why = whyLeftOut(one, choice);
    if (why === undefined) kept.push(one.object);
    else leftOut.push({ object: comparedRefOf(one.object), why });
  }
  const inOrder = kept.toSorted((a, b) => waveOf(a) - waveOf(b));
  const fileNames = fileNamesOf(inOrder);
  return { exported: inOrder.map((object, at) => ({ object: comparedRefOf(object), yaml: renderYaml(cleanManifest(object)), fileName: fileNames[at]! })), leftOut };
}

function whyLeftOut({ object, sealed, omitted }: StoredObject, { withSecrets, isNamed }: ExportChoice): LeftOut['why'] | undefined {
  const skipped = skipReason(object, { isNamed });
  if (skipped) return skipped.code;
  if (omitted) return 'omitted';
  if (!withSecrets && (sealed || holdsCredential(object))) return 'credential';
  return sealed ? 'locked' : undefined;
}

/** As for a create, without kubectl's copy of what was applied last: the next apply writes its own. */
function cleanManifest(object: KubeObject): KubeObject {
  const clean = cleanForCreate(object);
  const annotations = clean.metadata['annotations'] as Record<string, string> | undefined;
  if (!annotations) return clean;
  const { 'kubectl.kubernetes.io/last-applied-configuration': _lastApplied, ...others } = annotations;
  const { annotations: _annotations, ...metadata } = clean.metadata;
  return { ...clean, metadata: (Object.keys(others).length === 0 ? metadata : { ...clean.metadata, annotations: others }) as KubeObject['metadata'] };
}

import { releaseMarkOf } from '../../formats/helm-release.ts';
import type { ListResult } from '../../kube/objects.ts';
import type { KubeObject, ResourceType } from '../../kube/types.ts';
import type { ListReader } from './list-reader.ts';

/** A release is worth its whole history: with one revision missing, helm rollback would go back to another. */
export const mayHoldReleases: ReadonlySet<string> = new Set(['secrets', 'configmaps']);

/**
 * Completes the Helm releases of a selected list: every stored revision of each, or, where they cannot be read, none of
 * any and a gap.
 * @param selected Secrets or ConfigMaps of one namespace, or of all
 */
export async function completeReleases(selected: ListResult, type: ResourceType, namespace: string | undefined, reader: ListReader): Promise<ListResult> {
  const marks = selected.items.map(releaseMarkOf).filter((mark) => mark !== undefined);
  if (marks.length === 0) return selected;
  const names = [...new Set(marks.map(({ name }) => name))].sort();
  const key = (object: KubeObject) => {
    const mark = releaseMarkOf(object);
    return mark && `${mark.namespace}/${mark.name}`;
  };
  const wanted = new Set(selected.items.map(key).filter((one) => one !== undefined));
  reader.expect(1);
  const sets = await reader.list(type, { namespace, labelSelector: `owner=helm,name in (${names.join(',')})` });
  const others = selected.items.filter((object) => key(object) === undefined);
  return { ...selected, items: [...others, ...(sets?.items ?? []).filter((object) => wanted.has(key(object) ?? ''))] };
}

import { fieldAt, isTrueAt, objectAt, objectsAt, textAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';

/** What an Application does by itself: argo-cd pkg/apis/application/v1alpha1/types.go, SyncPolicyAutomated (`enabled` since 3.1). */
export function syncModeOf(application: JsonObject): 'self-heal' | 'automatic' | 'manual' {
  const automated = objectAt(application, 'spec', 'syncPolicy', 'automated');
  if (!automated || fieldAt(automated, 'enabled') === false) return 'manual';
  return isTrueAt(automated, 'selfHeal') ? 'self-heal' : 'automatic';
}

/** True when the Application's status lists the object among those that it manages. */
export function listsObject(application: JsonObject, object: JsonObject): boolean {
  const [, group = ''] = (textAt(object, 'apiVersion') ?? '').split('/').reverse();
  return objectsAt(application, 'status', 'resources').some(
    (entry) =>
      (textAt(entry, 'group') ?? '') === group &&
      textAt(entry, 'kind') === textAt(object, 'kind') &&
      textAt(entry, 'name') === textAt(object, 'metadata', 'name') &&
      (textAt(object, 'metadata', 'namespace') === undefined || textAt(entry, 'namespace') === textAt(object, 'metadata', 'namespace')),
  );
}

/** Where an Application takes its state from: the first source that is not only a place of values. */
export function sourceOf(application: JsonObject): { repoUrl: string; path: string | undefined; chart: string | undefined } {
  const sources = objectsAt(application, 'spec', 'sources');
  const source = objectAt(application, 'spec', 'source') ?? sources.find((one) => textAt(one, 'path') !== undefined || textAt(one, 'chart') !== undefined) ?? sources[0];
  return { repoUrl: textAt(source, 'repoURL') ?? '', path: textAt(source, 'path'), chart: textAt(source, 'chart') };
}

/** What was synced last; several revisions, of several sources, as one text. */
export function liveRevisionOf(application: JsonObject): string | undefined {
  const result = objectAt(application, 'status', 'operationState', 'syncResult');
  return revisionOf(result) ?? revisionOf(objectAt(application, 'status', 'sync'));
}

function revisionOf(entry: JsonObject | undefined): string | undefined {
  const several = fieldAt(entry, 'revisions');
  if (Array.isArray(several) && several.length > 0) return several.map(String).join(', ');
  return textAt(entry, 'revision') || undefined;
}

/**
 * The newest history entry with another revision than the live one. Failed syncs are not in the history, so after one the
 * newest entry is the last good one (argo-cd controller/sync.go, SyncAppState).
 */
export function previousSyncOf(application: JsonObject): { id: string; revision: string } | undefined {
  const live = liveRevisionOf(application);
  const entries = objectsAt(application, 'status', 'history').map((entry) => ({ id: String(fieldAt(entry, 'id') ?? ''), revision: revisionOf(entry) ?? '' }));
  return entries.filter(({ id, revision }) => id !== '' && revision !== '' && revision !== live).at(-1);
}

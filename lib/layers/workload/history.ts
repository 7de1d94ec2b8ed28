import { RetraceError } from '../../core/errors.ts';
import { objectAt, textAt } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import { selectorText } from '../../formats/label-selector.ts';
import type { LabelSelector } from '../../formats/label-selector.ts';
import { controllerOwnerOf } from '../../formats/owner-reference.ts';
import { referencesOf } from '../../formats/template-reference.ts';
import type { TemplateReference } from '../../formats/template-reference.ts';
import { readServerVersion } from '../../kube/access-review.ts';
import { getObject, listObjects } from '../../kube/objects.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../../kube/types.ts';
import { namespaceOf } from './facts.ts';
import type { ReferenceFact, UnreadFact, WorkloadFacts } from './facts.ts';

/**
 * Everything about a workload that a plan or a history needs, in one round trip's time: all requests go out together.
 * Autoscalers, budgets, claims and the server's version are optional: without the right to read them they are `unread`.
 * @param object the workload as a GET has just given it
 * @throws access.forbidden when pods or revisions cannot be listed; server.* when the API server cannot be reached
 */
export async function gatherWorkload(connection: Connection, type: ResourceType, object: KubeObject): Promise<WorkloadFacts> {
  const namespace = namespaceOf(object);
  const unread: UnreadFact[] = [];
  const list = async (listed: ResourceType, options: { labelSelector?: string; metadataOnly?: boolean } = {}) =>
    (await listObjects(connection, listed, { namespace, ...options })).items;
  const orUnread = async <T>(what: UnreadFact['what'], read: Promise<T>, without: T): Promise<T> => {
    try {
      return await read;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      unread.push({ what, missing: error.code === 'access.forbidden' ? (error as RetraceError<'access.forbidden'>).params.missing : [] });
      return without;
    }
  };
  const selector = objectAt(object, 'spec', 'selector') as LabelSelector | undefined;
  // A workload without a selector does not exist; for other kinds an empty selector would list the whole namespace.
  const bySelector = async (listed: ResourceType) => (selector ? list(listed, { labelSelector: selectorText(selector) }) : []);
  const [revisions, pods, autoscalers, budgets, claims, serverVersion] = await Promise.all([
    bySelector(type.kind === 'Deployment' ? builtinTypes.replicasets : builtinTypes.controllerrevisions),
    bySelector(builtinTypes.pods),
    orUnread('autoscalers', list(builtinTypes.horizontalpodautoscalers), []),
    orUnread('budgets', list(builtinTypes.poddisruptionbudgets), []),
    orUnread('claims', type.kind === 'StatefulSet' ? list(builtinTypes.persistentvolumeclaims, { metadataOnly: true }) : Promise.resolve([]), []),
    orUnread('serverVersion', readServerVersion(connection).then(({ gitVersion }) => gitVersion), undefined),
  ]);
  const own = revisions.filter((revision) => controllerOwnerOf(revision)?.uid === object.metadata.uid);
  const controllers = new Set([object.metadata.uid, ...own.map((revision) => revision.metadata.uid)]);
  return {
    type,
    object,
    revisions: own,
    pods: pods.filter((pod) => controllers.has(controllerOwnerOf(pod)?.uid ?? '')),
    autoscalers: autoscalers.filter((autoscaler) => scales(autoscaler, type.kind, object.metadata.name)),
    budgets,
    claims: claims.map((claim) => claim.metadata.name),
    serverVersion,
    unread,
  };
}

/** The server said no, or does not know the type (policy/v1 on an old server): not a reason to give up. */
function isRefusal(error: unknown): error is RetraceError {
  return error instanceof RetraceError && (error.code === 'access.forbidden' || error.code === 'server.rejected');
}

function scales(autoscaler: KubeObject, kind: string, name: string): boolean {
  const target = objectAt(autoscaler, 'spec', 'scaleTargetRef');
  return textAt(target, 'kind') === kind && textAt(target, 'name') === name;
}

const serviceAccounts: ResourceType = {
  ...builtinTypes.configmaps,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
};

const typeOfReference: Record<TemplateReference['kind'], ResourceType> = {
  ConfigMap: builtinTypes.configmaps,
  Secret: builtinTypes.secrets,
  PersistentVolumeClaim: builtinTypes.persistentvolumeclaims,
  ServiceAccount: serviceAccounts,
};

/** A Secret that `kubectl apply` wrote has its values in the last-applied annotation: metadata is not harmless. */
function withoutAnnotations({ metadata }: KubeObject): JsonObject {
  const { name, uid, creationTimestamp, managedFields = [] } = metadata;
  return { name, uid, creationTimestamp, managedFields };
}

/**
 * Looks whether what a template names is there. Only metadata is asked for, and of it only who wrote when is kept, so
 * that no Secret value gets into a plan or a recording. One round trip's time.
 * Without the right to look, the object is `unknown`; that is no failure.
 */
export async function gatherReferences(connection: Connection, facts: WorkloadFacts, template: JsonObject): Promise<ReferenceFact[]> {
  const namespace = namespaceOf(facts.object);
  const named = new Map(referencesOf(template).map((reference) => [`${reference.kind}/${reference.name}`, reference]));
  return Promise.all(
    [...named.values()].map(async ({ kind, name }): Promise<ReferenceFact> => {
      try {
        const found = await getObject(connection, typeOfReference[kind], namespace, name, { metadataOnly: true });
        return found ? { kind, name, state: 'found', metadata: withoutAnnotations(found) } : { kind, name, state: 'missing' };
      } catch (error) {
        if (!(error instanceof RetraceError) || error.code !== 'access.forbidden') throw error;
        return { kind, name, state: 'unknown', missing: (error as RetraceError<'access.forbidden'>).params.missing };
      }
    }),
  );
}

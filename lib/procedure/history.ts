import type { Context } from '../core/context.ts';
import { readClusterRef } from '../kube/cluster-identity.ts';
import { listObjects } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import { findMissingNamespace } from '../kube/target-hints.ts';
import { resolveTargets } from '../kube/targets.ts';
import type { ResolvedTarget } from '../kube/targets.ts';
import type { Connection } from '../kube/types.ts';
import { listStates } from '../layers/object/candidates.ts';
import { gatherWorkload } from '../layers/workload/history.ts';
import { refuseKind } from '../layers/workload/refusal.ts';
import { listRevisions } from '../layers/workload/revisions.ts';
import { refOf } from '../run/object-ref.ts';
import { listLeftRevisions } from './left-revisions.ts';
import type { HistoryReport, SnapshotFlags } from './requests.ts';
import { hasNoRevisions } from './undo.ts';
import { readStates } from './undo-object.ts';
import { serverNowMs } from '../kube/server-time.ts';

export interface HistoryRequest {
  /** None: every workload of the namespace. */
  targets: string[];
  namespace: string;
  selector?: string;
  allNamespaces?: boolean;
  flagsForHints: string;
  snapshots?: SnapshotFlags;
}

const workloadTypes = [builtinTypes.deployments, builtinTypes.statefulsets, builtinTypes.daemonsets];

/** Revisions of the named workloads and states of the named other objects; without names, all workloads of the namespace. @throws target.*, kind.*, namespace.unknown, access.forbidden */
export async function readHistory(request: HistoryRequest, connection: Connection, context: Context): Promise<HistoryReport[]> {
  const { targets, namespace, selector, flagsForHints } = request;
  const resolved =
    targets.length === 0
      ? await listWorkloads(request, connection)
      : await resolveTargets(connection, targets, { namespace, selector, verb: 'rollback history', flagsForHints });
  for (const target of resolved) if (!hasNoRevisions(target)) refuseKind(target.type);
  const cluster = await readClusterRef(connection);
  const { left } = await listLeftRevisions(connection, namespace, context);
  return Promise.all(
    resolved.map(async (target): Promise<HistoryReport> => {
      const { type, object } = target;
      if (hasNoRevisions(target)) {
        const [found] = await readStates([target], request.snapshots ?? {}, { kind: 'default' }, cluster, connection, context);
        return { apiVersion: 'retrace/v1', kind: 'History', target: refOf(type, object), states: listStates(found!.candidates), gaps: found!.gaps };
      }
      const facts = await gatherWorkload(connection, type, object);
      const now = new Date(serverNowMs(connection, context));
      return { apiVersion: 'retrace/v1' as const, kind: 'History' as const, target: refOf(type, object), revisions: listRevisions(facts, now, left) };
    }),
  );
}

async function listWorkloads({ namespace, allNamespaces, selector }: HistoryRequest, connection: Connection): Promise<ResolvedTarget[]> {
  const lists = await Promise.all(
    workloadTypes.map(async (type) => {
      const query = { ...(allNamespaces ? {} : { namespace }), ...(selector === undefined ? {} : { labelSelector: selector }) };
      return (await listObjects(connection, type, query)).items.map((object) => ({ type, object }));
    }),
  );
  const found = lists.flat();
  if (found.length > 0 || allNamespaces) return found;
  // The server answers a LIST in a namespace that does not exist with an empty list.
  const missing = await findMissingNamespace(connection, namespace);
  if (missing) throw missing;
  return [];
}

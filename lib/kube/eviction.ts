import { failureOf, type KubeFailure } from './failures.ts';
import { builtinTypes, resourcePath } from './paths.ts';
import type { Connection } from './types.ts';

export type EvictionResult =
  | { outcome: 'evicted' }
  /** There is no pod of that name. */
  | { outcome: 'gone' }
  /** There is one, but another: the uid differs. */
  | { outcome: 'replaced' }
  /** A PodDisruptionBudget allows it not, or not yet; the server's words, and the budgets by name where it says them. */
  | { outcome: 'blocked'; message: string; budgets: string[] }
  /** The server has too much to do (priority and fairness); nothing was decided about the pod. */
  | { outcome: 'throttled'; retryAfterSeconds: number };

export interface EvictionOptions {
  uid: string;
  dryRun?: boolean;
  signal?: AbortSignal;
}

/**
 * Asks for the eviction of one pod, exactly that of the uid. 429 has two meanings here (kubernetes
 * pkg/registry/core/pod/storage/eviction.go): with the cause DisruptionBudget a budget refuses, without it the server is busy.
 */
export async function evictPod(connection: Connection, namespace: string, name: string, options: EvictionOptions): Promise<EvictionResult> {
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid: options.uid } },
  };
  const path = resourcePath(builtinTypes.pods, { namespace, name, subresource: 'eviction' });
  try {
    // One attempt even as a dry run: a budget's 429 is an answer, not a reason to ask again.
    const query = { dryRun: options.dryRun ? 'All' : undefined };
    await connection.request({ method: 'POST', path, body, query, retry: 'none', ...(options.signal ? { signal: options.signal } : {}) });
    return { outcome: 'evicted' };
  } catch (error) {
    const failure = failureOf(error);
    const result = failure && readRefusedEviction(failure);
    if (result) return result;
    throw error;
  }
}

function readRefusedEviction(failure: KubeFailure): EvictionResult | undefined {
  const { status, message, causes, retryAfterSeconds } = failure;
  if (status === 404) return { outcome: 'gone' };
  if (status === 409 && /UID in (the )?precondition/.test(message)) return { outcome: 'replaced' };
  // Two budgets over one pod are refused with 500 and stay so until a person takes one away.
  if (status === 500 && message.includes('more than one PodDisruptionBudget')) return { outcome: 'blocked', message, budgets: [] };
  if (status !== 429) return undefined;
  const budgetCauses = causes.filter(({ reason }) => reason === 'DisruptionBudget');
  if (budgetCauses.length === 0) return { outcome: 'throttled', retryAfterSeconds: retryAfterSeconds ?? 1 };
  const budgets = budgetCauses.flatMap((cause) => /disruption budget (\S+) /.exec(cause.message)?.[1] ?? []);
  return { outcome: 'blocked', message: [message, ...budgetCauses.map((cause) => cause.message)].join(' '), budgets };
}

import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { listObjects } from '../kube/objects.ts';
import { serverNowMs } from '../kube/server-time.ts';
import { builtinTypes, qualifiedName } from '../kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../kube/types.ts';
import { componentsOf } from '../prometheus/components.ts';
import { openEndpoints } from '../prometheus/endpoint.ts';
import type { AnyCheck, CheckResult, Question, Scene } from './check.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';
import { byWeight, worstOf } from './verdict.ts';

export interface LookRequest {
  checks: readonly AnyCheck[];
  /** Undefined for all. */
  namespaces: readonly string[] | undefined;
  /** RFC 3339. */
  since?: string;
  stableForMs: number;
  /** PromQL. */
  series: string;
  isGating(check: AnyCheck): boolean;
}

/**
 * One look at the cluster: every check observes and judges. What cannot be looked at makes its check inconclusive; the others
 * go on. Every list is read once.
 * @throws server.unreachable, credentials.* when not one check could be looked at: nothing is known of this cluster
 */
export async function lookOnce(request: LookRequest, connection: Connection, context: Context): Promise<CheckResult[]> {
  const { scene, close } = makeScene(request, connection, context);
  const seen = await Promise.all(request.checks.map(async (check) => ({ check, ...(await observe(check, scene)) }))).finally(close);
  const unreachable = seen.flatMap(({ error }) => (error && /^(server\.unreachable|credentials\.)/.test(error.code) ? [error] : []));
  if (unreachable.length === seen.length && unreachable.length > 0) throw unreachable[0]!;
  const namespaces = request.namespaces ?? [];
  const question: Question = {
    now: new Date(serverNowMs(connection, context)).toISOString(),
    stableForMs: request.stableForMs,
    ...(request.since === undefined ? {} : { since: request.since }),
    ...(namespaces.length === 1 ? { namespace: namespaces[0]! } : {}),
  };
  return seen.map(({ check, facts, error }) => resultOf(check, facts, error, question, request.isGating(check)));
}

/** The judgement of facts, again or for the first time. Pure. */
export function resultOf(check: AnyCheck, facts: object | undefined, error: RetraceError | undefined, question: Question, gating: boolean): CheckResult {
  const found: Finding[] = error ? [finding('not-observed', 'inconclusive', { code: error.code, params: error.params })] : check.judge(facts as never, question);
  const findings = found.toSorted((a, b) => byWeight(a.verdict, b.verdict));
  const due = findings.flatMap(({ dueAt }) => dueAt ?? []).sort().at(-1);
  return { check: check.name, verdict: worstOf(findings.map(({ verdict }) => verdict)), gating, findings, ...(due === undefined ? {} : { dueAt: due }), ...(facts ? { facts: facts as Json } : {}) };
}

async function observe(check: AnyCheck, scene: Scene): Promise<{ facts?: object; error?: RetraceError }> {
  try {
    return { facts: (await check.observe(scene)) as object };
  } catch (error) {
    if (error instanceof RetraceError) return { error };
    throw error;
  }
}

function makeScene({ namespaces, since, series }: LookRequest, connection: Connection, context: Context): { scene: Scene; close(): Promise<void> } {
  const lists = new Map<string, Promise<KubeObject[]>>();
  const { endpoint, close } = openEndpoints(connection, context);
  const read = async (type: ResourceType) => {
    const places = namespaces === undefined || !type.namespaced ? [undefined] : namespaces;
    return (await Promise.all(places.map((namespace) => listObjects(connection, type, { namespace })))).flatMap(({ items }) => items);
  };
  const list = (type: ResourceType) => once(lists, qualifiedName(type), () => read(type));
  const scene: Scene = {
    connection,
    context,
    namespaces,
    ...(since === undefined ? {} : { since }),
    series,
    list,
    components: async () => componentsOf(await list(builtinTypes.pods)),
    endpoint,
  };
  return { scene, close };
}

function once<T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const made = known.get(name) ?? make();
  known.set(name, made);
  return made;
}

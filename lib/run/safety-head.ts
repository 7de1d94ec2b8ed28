import { buildInfo } from '../core/build-info.ts';
import type { Context } from '../core/context.ts';
import type { KubeObject } from '../kube/types.ts';
import type { CapturedType, ManifestHead } from '../snapshot/manifest.ts';
import type { ObjectRef, Plan, Step } from './plan.ts';

/**
 * What a safety copy says of itself. Its id is that of the run with the number of the step: `r-7k2m4d.3`; the step's name is a tag.
 * @param at the server's time
 */
export function safetyHead(run: { id: string; plan: Plan }, step: Pick<Step, 'id' | 'target'>, objects: readonly KubeObject[], at: Date, { user, host }: Pick<Context, 'user' | 'host'>): ManifestHead {
  const { plan, id } = run;
  const refs = [...(step.target ? [step.target] : []), ...plan.targets.map(({ object }) => object)];
  const namespaces = [...new Set(objects.map(({ metadata }) => String(metadata['namespace'] ?? '')))].filter((namespace) => namespace !== '').sort();
  const types = typesOf(objects, refs);
  const time = at.toISOString();
  return {
    id: `${id}.${plan.steps.findIndex((each) => each.id === step.id) + 1}`,
    purpose: 'safety',
    runId: id,
    tool: buildInfo.version,
    cluster: plan.cluster,
    scope: { ...(namespaces.length > 0 ? { namespaces } : {}), kinds: kindsOf(types) },
    startedAt: time,
    finishedAt: time,
    by: { user, host },
    tags: { step: step.id },
    types,
    complete: true,
    gaps: [],
    inForce: { helm: [], argocd: [] },
  };
}

/** The plan knows the plural of every type that it writes; no LIST was made, so there is no resourceVersion of one. */
function typesOf(objects: readonly KubeObject[], refs: readonly ObjectRef[]): CapturedType[] {
  const types = new Map<string, CapturedType>();
  for (const { apiVersion, kind, metadata } of objects) {
    const known = types.get(`${apiVersion} ${kind}`);
    if (known) {
      known.objects += 1;
      continue;
    }
    const ref = refs.find((each) => each.kind === kind && groupOf(each.apiVersion) === groupOf(apiVersion));
    if (!ref) throw new Error(`the plan does not name ${kind} ${metadata.name}`);
    types.set(`${apiVersion} ${kind}`, { apiVersion, kind, resource: ref.resource, namespaced: metadata['namespace'] !== undefined, resourceVersion: '', objects: 1 });
  }
  return [...types.values()];
}

/** As `--kinds` takes them: `deployments.apps`. */
function kindsOf(types: readonly CapturedType[]): string[] {
  return types.map(({ apiVersion, resource }) => [resource, groupOf(apiVersion)].filter((part) => part !== '').join('.'));
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
}

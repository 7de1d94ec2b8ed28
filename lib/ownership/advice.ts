import type { OwnerAdvice } from '../core/owner.ts';
import { textAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import { liveRevisionOf, previousSyncOf, sourceOf, syncModeOf } from '../formats/argo-application.ts';
import type { OwnerFact, ReleaseFact } from './facts.ts';
import { nameOf } from './judge-owner.ts';
import type { JudgedOwner } from './judge-owner.ts';

const rolledOut = ['Deployment', 'StatefulSet', 'DaemonSet'];

/**
 * What to type so that a change lasts: at the managers of the topmost controller, for it is their state that comes back;
 * at that controller itself where nobody manages it. Each manager of an object has its own, none is left out.
 */
export function adviseOn(owners: JudgedOwner[], flagsForHints: string): OwnerAdvice[] {
  const byFlux = owners.some(({ fact }) => fact.mark.kind === 'flux' && fact.mark.plural === 'helmreleases');
  // helm-controller upgrades again what was rolled back by hand (helm-controller internal/reconcile/state.go).
  return owners.filter(({ fact }) => !(byFlux && fact.mark.kind === 'helm')).flatMap((owner) => adviseOnOwner(owner, flagsForHints));
}

function adviseOnOwner(owner: JudgedOwner, hints: string): OwnerAdvice[] {
  const { fact, claim } = owner;
  const reach = claim?.objects === undefined ? {} : { objects: claim.objects };
  const { mark } = fact;
  if (mark.kind === 'controller') {
    const managed = owner.above.flatMap(({ owners }) => adviseOn(owners, hints));
    return managed.length > 0 ? managed : [adviseOnController(owner, hints)];
  }
  if (mark.kind === 'helm') return [{ ...adviseOnRelease(mark.release, mark.namespace, fact.release, hints), ...reach }];
  if (mark.kind === 'flux') {
    const [command, kind] = mark.plural === 'kustomizations' ? ['kustomization', 'Kustomization'] : ['helmrelease', 'HelmRelease'];
    const reconcile = `flux reconcile ${command} ${mark.name} -n ${mark.namespace} --with-source`;
    return [{ what: 'flux', command: reconcile, where: fluxSourceOf(fact) ?? `${kind} ${mark.namespace}/${mark.name}`, ...reach }];
  }
  return [{ ...adviseOnApplication(mark.application, owner.objects[0]?.object), ...reach }];
}

function adviseOnController({ fact, objects }: JudgedOwner, hints: string): OwnerAdvice {
  const [found] = objects;
  const mark = fact.mark as Extract<OwnerFact['mark'], { kind: 'controller' }>;
  const { apiVersion, kind, name } = mark.reference;
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  // Somebody named a pod or a ReplicaSet: its owner is what an undo works with.
  if (group === 'apps' && rolledOut.includes(kind)) return { what: 'plan', command: `kubectl rollback plan ${kind.toLowerCase()}/${name}${hints}`, objects: 1 };
  const type = found?.resource ?? (group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${version}.${group}`);
  return { what: 'edit', command: `kubectl edit ${type}/${name}${hints}`, ...(found ? { where: nameOf(found.object), objects: 1 } : {}) };
}

/** The newest revision below the current one that was in force: `helm rollback` without a number may take a failed one. */
export function previousRevisionOf({ revisions }: ReleaseFact): number | undefined {
  return revisions.slice(0, -1).findLast(({ status }) => status === 'superseded' || status === 'deployed')?.revision;
}

function adviseOnRelease(name: string, namespace: string, release: ReleaseFact | undefined, hints: string): OwnerAdvice {
  const previous = release && previousRevisionOf(release);
  const flags = ` -n ${namespace}${helmFlags(hints)}`;
  if (previous === undefined) return { what: 'helm-history', command: `helm history ${name}${flags}` };
  return { what: 'helm-rollback', command: `helm rollback ${name} ${previous}${flags}`, revision: String(previous) };
}

/** Of the person's flags those that helm has too, by helm's names. */
function helmFlags(hints: string): string {
  const words = hints.match(/ --(?:context|kubeconfig)=(?:'[^']*'|[^ ]+)/g) ?? [];
  return words.map((word) => word.replace(' --context=', ' --kube-context=')).join('');
}

/** With automatic sync `argocd app rollback` is refused and only Git counts (argo-cd server/application Rollback). */
function adviseOnApplication(name: string, application: JsonObject | undefined): OwnerAdvice {
  const namespace = application && textAt(application, 'metadata', 'namespace');
  const app = namespace === undefined ? name : `${namespace}/${name}`;
  const previous = application && previousSyncOf(application);
  if (!application) return { what: 'argocd-history', command: `argocd app history ${app}` };
  if (syncModeOf(application) === 'manual' && previous) return { what: 'argocd-rollback', command: `argocd app rollback ${app} ${previous.id}`, revision: previous.revision };
  const { repoUrl, path, chart } = sourceOf(application);
  const live = liveRevisionOf(application);
  if (chart !== undefined || live === undefined || !previous) return { what: 'argocd-history', command: `argocd app history ${app}`, where: repoUrl };
  return { what: 'git', command: `git log --oneline ${previous.revision}..${live} -- ${path ?? '.'}`, where: repoUrl, revision: previous.revision };
}

function fluxSourceOf({ objects }: OwnerFact): string | undefined {
  const object = objects[0]?.object;
  const source = object && (textAt(object, 'spec', 'sourceRef', 'name') ? 'sourceRef' : undefined);
  return source && `${textAt(object, 'spec', source, 'kind') ?? ''} ${textAt(object, 'spec', source, 'name') ?? ''}`;
}

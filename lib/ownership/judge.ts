import type { Driver, Owner, OwnerAdvice, PutBack } from '../core/owner.ts';
import { numberAt, textAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import type { MissingPermission } from '../core/permission.ts';
import { adviseOn } from './advice.ts';
import type { OwnerFact, OwnershipFacts } from './facts.ts';
import { judgeOwner, whenPutBack } from './judge-owner.ts';
import type { JudgedOwner, VoidMark } from './judge-owner.ts';

/** Who writes the target, from facts alone. */
export interface Ownership {
  /** Nearest first; whoever stands above another comes after it. Empty: nobody above the target. */
  owners: Owner[];
  /** Who writes the target itself, and when each would put a change back. */
  putBack: PutBack[];
  /** Where to make the change so that it lasts. */
  advice: OwnerAdvice[];
  /** Names of objects that more than one manager claims. */
  contested: string[];
  void: VoidMark[];
  drivers: Driver[];
  /** What may not be looked at: where there is any, "nobody" is not known. */
  unread: MissingPermission[];
  /** Autoscalers that may not be listed: there may be a driver more. */
  unlisted: MissingPermission[];
}

/**
 * Judges who writes the target. Every claim that is not disproved counts, also one that could not be looked at: an undo in
 * the wrong place is worse than a question too many. None is picked over another.
 * @param flagsForHints the person's own flags for the commands: ` -n monitoring --context prod`
 */
export function judgeOwnership(facts: OwnershipFacts, flagsForHints: string): Ownership {
  const ownership: Ownership = { owners: [], putBack: [], advice: [], contested: [], void: [], drivers: [], unread: [], unlisted: facts.unread };
  const first = judgeLevel(facts.owners, ownership);
  ownership.putBack = first.map(whenPutBack);
  ownership.advice = adviseOn(first, flagsForHints);
  const named = [facts.object, ...controllersOf(first)];
  ownership.drivers = named.flatMap((object) => driversOf(object, facts.autoscalers));
  return ownership;
}

/** Judges the owners of one object, and what is above each of them. */
function judgeLevel(facts: OwnerFact[], ownership: Ownership): JudgedOwner[] {
  const judged = facts.map(judgeOwner);
  ownership.unread.push(...facts.flatMap(({ unread }) => unread));
  const claims = judged.filter((one) => one.claim !== undefined) as (JudgedOwner & { claim: Owner })[];
  ownership.void.push(...judged.flatMap(({ voided }) => (voided ? [voided] : [])));
  // Flux's helm-controller runs Helm: the two are one manager, not two.
  const managers = claims.some(({ fact }) => fact.mark.kind === 'flux' && fact.mark.plural === 'helmreleases') ? claims.filter(({ claim }) => claim.kind !== 'helm') : claims;
  if (managers.length > 1) ownership.contested.push(claims[0]!.claim.of);
  for (const one of claims) {
    ownership.owners.push(one.claim);
    one.above = one.objects.map(({ object, above }) => ({ object, owners: judgeLevel(above, ownership) }));
  }
  return claims;
}

function controllersOf(owners: JudgedOwner[]): JsonObject[] {
  return owners.filter(({ fact }) => fact.mark.kind === 'controller').flatMap(({ objects }) => objects.map(({ object }) => object));
}

/** Autoscalers that scale this object: HPA by scaleTargetRef, VPA by targetRef unless it only recommends. */
function driversOf(object: JsonObject, autoscalers: JsonObject[]): Driver[] {
  return autoscalers.flatMap((autoscaler): Driver[] => {
    const kind = textAt(autoscaler, 'kind') ?? '';
    const isVertical = kind === 'VerticalPodAutoscaler';
    const field = isVertical ? 'targetRef' : 'scaleTargetRef';
    const isTarget = ['kind', 'name'].every((key) => textAt(autoscaler, 'spec', field, key) === (key === 'kind' ? textAt(object, 'kind') : textAt(object, 'metadata', 'name')));
    if (!isTarget) return [];
    const by = `${kind.toLowerCase()}/${textAt(autoscaler, 'metadata', 'name') ?? ''}`;
    if (isVertical) return textAt(autoscaler, 'spec', 'updatePolicy', 'updateMode') === 'Off' ? [] : [{ by, what: 'resources' }];
    return [{ by, what: 'replicas', min: numberAt(autoscaler, 'spec', 'minReplicas') ?? 1, max: numberAt(autoscaler, 'spec', 'maxReplicas') ?? 0 }];
  });
}

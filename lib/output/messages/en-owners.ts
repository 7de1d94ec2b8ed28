import { formatDuration } from '../../core/durations.ts';
import type { Driver, Owner, OwnerAdvice, PutBack } from '../../core/owner.ts';
import type { OwnerPhrases } from './owner-phrases.ts';
import type { Message } from './messages.ts';
import type { ErrorParams } from '../../core/errors.ts';
import { listed, permissionText } from './phrases.ts';

const objectsText = (count: number | undefined) => (count === undefined ? '' : `${count} ${count === 1 ? 'object' : 'objects'}`);
const joined = (parts: readonly string[]) => parts.filter((part) => part !== '').join(', ');

function name({ kind, name: ownName }: Pick<Owner, 'kind' | 'name'>): string {
  return kind === 'helm' ? `helm release ${ownName}` : ownName;
}

const howText: Record<Owner['how'], (owner: Owner) => string> = {
  'owner-reference': ({ of }) => `controller owner of ${of} (ownerReferences)`,
  'helm-annotations': ({ of }) => `meta.helm.sh/release-name on ${of}`,
  'tracking-id': ({ of }) => `argocd.argoproj.io/tracking-id on ${of}`,
  'instance-label': ({ of }) => `label of Argo CD on ${of}, which it lists`,
  'flux-labels': ({ of }) => `labels of Flux on ${of}`,
};

function seenText({ seen, unread = [] }: Owner): string {
  if (seen === 'gone') return 'it does not exist any more';
  if (seen === 'elsewhere') return 'not in this cluster, maybe in another';
  return seen === 'unread' ? `not looked at, you may not ${listed(unread.map(permissionText), 'and') || 'read it'}` : '';
}

function evidence(owner: Owner, now: Date): string {
  const { kind, revision, status = '', since, objects } = owner;
  const ago = since === undefined ? '' : ` ${formatDuration(Math.max(0, now.getTime() - Date.parse(since)))} ago`;
  const at = revision === undefined ? '' : kind === 'helm' ? `revision ${revision}` : `at ${revision.slice(0, 12)}`;
  return joined([howText[owner.how](owner), at, status === '' ? '' : `${status}${ago}`, objectsText(objects), seenText(owner)]);
}

const whenText: Record<PutBack['when'], (by: string) => string> = {
  'at-once': (by) => `at once, by ${by}`,
  'self-heal': (by) => `within seconds, by ${by} (self-heal)`,
  'next-upgrade': (by) => `by the next helm upgrade or rollback of release ${by}, not before`,
  'next-sync': (by) => `by the next sync of ${by}`,
  interval: (by) => `by the next reconciliation of ${by}`,
  resumed: (by) => `when ${by}, which is suspended, is resumed`,
  unknown: (by) => `by ${by}; when is not known, it could not be seen`,
};

function putBackText(putBack: readonly PutBack[]): string {
  return putBack.map(({ by, when }) => whenText[when](by)).join('; and ');
}

const adviceText: Record<OwnerAdvice['what'], (advice: OwnerAdvice, reach: string) => string> = {
  'helm-rollback': ({ command, revision }, reach) => `Make it durable:  ${command}   (${joined([`the whole release to revision ${revision}`, reach])})`,
  'helm-history': ({ command }, reach) => `Look for a revision to make it durable:  ${command}${reach === '' ? '' : `   (${reach})`}`,
  'argocd-rollback': ({ command, revision }, reach) => `Until its next sync:  ${command}   (${joined([`the whole application to ${revision?.slice(0, 12)}`, reach])})`,
  'argocd-history': ({ command, where }, reach) => `Make it durable in Git${where === undefined ? '' : ` (${where})`}; what was synced:  ${command}${reach === '' ? '' : `   (${reach})`}`,
  git: ({ command, where }, reach) => `Make it durable: revert in ${where} what this shows:  ${command}${reach === '' ? '' : `   (${reach})`}`,
  flux: ({ command, where }, reach) => `Make it durable: correct it in ${where}, then:  ${command}${reach === '' ? '' : `   (${reach})`}`,
  edit: ({ command }, reach) => `Make it durable:  ${command}${reach === '' ? '' : `   (${reach})`}`,
  plan: ({ command }) => `Go back with what it belongs to:  ${command}`,
};

function driver({ by, what, min, max }: Driver): string {
  return what === 'replicas' ? `replicas by ${by} (${min ?? 1} to ${max ?? '?'})` : `requests of its pods by ${by}`;
}

/** English phrases about owners. */
export const owners: OwnerPhrases = { name, evidence, putBack: putBackText, advice: (advice) => adviceText[advice.what](advice, objectsText(advice.objects)), driver };

/** Of an owner that a plan names and that is no more. */
export function goneText(owner: Owner): string {
  return `in the plan, and no longer its owner: ${name(owner)}`;
}

const whenShort: Record<PutBack['when'], string> = {
  'at-once': 'would be put back at once',
  'self-heal': 'would be put back within seconds',
  'next-upgrade': 'would last until the next helm upgrade',
  'next-sync': 'would last until the next sync',
  interval: 'would be put back at the next reconciliation',
  resumed: 'would be put back when that is resumed',
  unknown: 'would be put back',
};

/** The refusal of a target that somebody above writes. */
export function ownedMessage({ target, owners: all, putBack, contested, advice, at, withoutHold, purpose, change }: ErrorParams['target.owned']): Message {
  const direct = all.filter(({ of }) => of === all[0]?.of);
  const now = new Date(at);
  return {
    text: `${target} is written by ${listed(direct.map(name), 'and')}; ${{ undo: 'an undo', restore: 'a restore', revert: 'a revert' }[purpose ?? 'undo']} here ${putBack[0] ? whenShort[putBack[0].when] : whenShort.unknown}`,
    lines: [
      ...all.map((owner) => `${name(owner)}   ${evidence(owner, now)}`),
      ...contested.map((object) => `more than one of them claims ${object}; whoever writes last wins`),
      ...(change ? [`not in the plan: ${listed(change.added.map(name), 'and')}`] : []),
      ...(change?.gone ?? []).map(goneText),
    ],
    next: [...advice.map(owners.advice), ...(withoutHold === undefined ? [] : [`Here nevertheless:  ${withoutHold}   (1 object; put back ${putBackText(putBack)})`])],
  };
}

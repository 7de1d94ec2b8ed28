import { formatDuration } from '../../core/durations.ts';
import type { Driver, Owner, OwnerAdvice, PutBack } from '../../core/owner.ts';
import type { OwnerPhrases } from './owner-phrases.ts';
import type { Message } from './messages.ts';
import type { ErrorParams } from '../../core/errors.ts';
import { permissionText } from './phrases.ts';

const objectsText = (count: number | undefined) => (count === undefined ? '' : `오브젝트 ${count}개`);
const joined = (parts: readonly string[]) => parts.filter((part) => part !== '').join(', ');
const inBrackets = (text: string) => (text === '' ? '' : `   (${text})`);

function name({ kind, name: ownName }: Pick<Owner, 'kind' | 'name'>): string {
  return kind === 'helm' ? `Helm 릴리스 ${ownName}` : ownName;
}

const howText: Record<Owner['how'], (owner: Owner) => string> = {
  'owner-reference': ({ of }) => `${of}의 컨트롤러 소유자 (ownerReferences)`,
  'helm-annotations': ({ of }) => `${of}의 meta.helm.sh/release-name`,
  'tracking-id': ({ of }) => `${of}의 argocd.argoproj.io/tracking-id`,
  'instance-label': ({ of }) => `${of}의 Argo CD 레이블, 그 목록에 있음`,
  'flux-labels': ({ of }) => `${of}의 Flux 레이블`,
};

function seenText({ seen, unread = [] }: Owner): string {
  if (seen === 'gone') return '더 이상 존재하지 않음';
  if (seen === 'elsewhere') return '이 클러스터에 없음, 다른 클러스터에 있을 수 있음';
  return seen === 'unread' ? `볼 권한 없음: ${unread.map(permissionText).join(', ')}` : '';
}

function evidence(owner: Owner, now: Date): string {
  const { kind, revision, status = '', since, objects } = owner;
  const ago = since === undefined ? '' : ` (${formatDuration(Math.max(0, now.getTime() - Date.parse(since)))} 전)`;
  const at = revision === undefined ? '' : kind === 'helm' ? `리비전 ${revision}` : revision.slice(0, 12);
  return joined([howText[owner.how](owner), at, status === '' ? '' : `${status}${ago}`, objectsText(objects), seenText(owner)]);
}

const whenText: Record<PutBack['when'], (by: string) => string> = {
  'at-once': (by) => `${by}에서 곧바로`,
  'self-heal': (by) => `${by}의 self-heal이 몇 초 안에`,
  'next-upgrade': (by) => `Helm 릴리스 ${by}의 다음 upgrade 또는 rollback 때, 그전에는 유지됨`,
  'next-sync': (by) => `${by}의 다음 동기화 때`,
  interval: (by) => `${by}의 다음 조정(reconcile) 때`,
  resumed: (by) => `일시 중단된 ${by}의 재개 때`,
  unknown: (by) => `${by}에서, 볼 수 없어서 언제인지 알 수 없음`,
};

function putBackText(putBack: readonly PutBack[]): string {
  return putBack.map(({ by, when }) => whenText[when](by)).join('; ');
}

const adviceText: Record<OwnerAdvice['what'], (advice: OwnerAdvice, reach: string) => string> = {
  'helm-rollback': ({ command, revision }, reach) => `영구히 고치려면:  ${command}   (${joined([`릴리스 전체를 리비전 ${revision}(으)로`, reach])})`,
  'helm-history': ({ command }, reach) => `영구히 고칠 리비전 찾기:  ${command}${inBrackets(reach)}`,
  'argocd-rollback': ({ command, revision }, reach) => `다음 동기화 때까지:  ${command}   (${joined([`애플리케이션 전체를 ${revision?.slice(0, 12)}(으)로`, reach])})`,
  'argocd-history': ({ command, where }, reach) => `영구히 고치려면 Git에서${where === undefined ? '' : ` (${where})`}. 동기화 기록:  ${command}${inBrackets(reach)}`,
  git: ({ command, where }, reach) => `영구히 고치려면 ${where}에서 다음에 나오는 커밋을 되돌리십시오:  ${command}${inBrackets(reach)}`,
  flux: ({ command, where }, reach) => `영구히 고치려면 ${where}에서 고친 뒤:  ${command}${inBrackets(reach)}`,
  edit: ({ command }, reach) => `영구히 고치려면:  ${command}${inBrackets(reach)}`,
  plan: ({ command }) => `그것이 속한 워크로드로 되돌리기:  ${command}`,
};

function driver({ by, what, min, max }: Driver): string {
  return what === 'replicas' ? `레플리카: ${by} (${min ?? 1}~${max ?? '?'})` : `파드의 리소스 요청: ${by}`;
}

/** 소유자에 관한 문구 (Korean phrases about owners). */
export const owners: OwnerPhrases = { name, evidence, putBack: putBackText, advice: (advice) => adviceText[advice.what](advice, objectsText(advice.objects)), driver };

/** 계획에 있었으나 더는 소유자가 아닌 것 (an owner that a plan names and that is no more). */
export function goneText(owner: Owner): string {
  return `계획에 있었으나 더 이상 소유자가 아님: ${name(owner)}`;
}

/** 상위 소유자가 있는 대상의 거부 (the refusal of a target that somebody above writes). */
export function ownedMessage({ target, owners: all, putBack, contested, advice, at, withoutHold, change }: ErrorParams['target.owned']): Message {
  const direct = all.filter(({ of }) => of === all[0]?.of);
  const now = new Date(at);
  return {
    text: `${target}: ${direct.map(name).join(', ')}에서 관리합니다. 여기서 되돌려도 원상 복구됩니다: ${putBackText(putBack)}`,
    lines: [
      ...all.map((owner) => `${name(owner)}   ${evidence(owner, now)}`),
      ...contested.map((object) => `둘 이상이 ${object}의 소유를 주장합니다. 마지막에 쓰는 쪽이 이깁니다`),
      ...(change ? [`계획에 없음: ${change.added.map(name).join(', ')}`] : []),
      ...(change?.gone ?? []).map(goneText),
    ],
    next: [...advice.map(owners.advice), ...(withoutHold === undefined ? [] : [`그래도 여기서:  ${withoutHold}   (오브젝트 1개)`])],
  };
}

import { formatDuration } from '../../core/durations.ts';
import { dependentText } from './ko-dependents.ts';
import { owners } from './ko-owners.ts';
import { stateNotes } from './ko-states.ts';
import { quoted } from './phrases.ts';
import type { NoteMessages, NoteText, Telling } from './messages.ts';

const careful = (text: string): NoteText => ({ row: 'careful', text });
const noteOf = (text: string): NoteText => ({ row: 'note', text });
const ago = (at: string, { now }: Telling) => `${formatDuration(now.getTime() - Date.parse(at))} 전`;
const pods = (names: readonly string[]) => (names.length > 4 ? `${names.slice(0, 3).join(', ')} 외 파드 ${names.length - 3}개` : names.join(', '));

const voidText: Record<string, string> = {
  'names-another': 'tracking-id가 다른 오브젝트를 가리킴',
  'no-release': '그런 Helm 릴리스가 없음',
  'not-in-release': '그 Helm 릴리스의 최신 매니페스트에 없음',
  'not-listed': '그 Application의 목록에 없음',
};

/** 계획에 붙는 설명 (Korean sentences of what a plan notes). */
export const notes = {
  'last-applied': ({ target }) =>
    noteOf(`${target}: kubectl의 last-applied 어노테이션은 그대로이며 이 리비전이 아닙니다. 매니페스트도 고치지 않으면 다음 kubectl apply가 그것을 기준으로 병합합니다 (kubectl#1301)`),
  'put-back-by': ({ how }) => ({
    row: 'put-back',
    text: how === 'kubectl-apply' ? '마지막으로 적용된 매니페스트의 다음 kubectl apply, 또는 그것을 실행하는 도구' : `${how} (마지막으로 쓴 주체)`,
  }),
  'reference-changed': ({ kind, name, changedAt, usedAs }, telling) => ({
    row: 'not-part',
    text: `${kind.toLowerCase()}/${name} (${usedAs}): 그 리비전이 만들어진 뒤 ${ago(changedAt, telling)}에 변경되었고, 그대로 둡니다`,
  }),
  'reference-unknown': ({ kind, name, detail }) => careful(`${kind.toLowerCase()}/${name}: 볼 수 없었습니다: ${detail}`),
  partition: ({ partition, replicas }) => careful(`partition ${partition}: 파드 ${replicas}개 가운데 순번이 ${partition}보다 작은 것은 지금의 리비전을 유지합니다`),
  'on-delete': ({ pods: names }) => careful(`OnDelete 전략: 누군가 삭제해야만 바뀝니다: ${pods(names)}`),
  'previous-differs': ({ previous, chosen }) => noteOf(`kubectl rollout undo라면 ${chosen} 대신 리비전 ${previous}: 그것을 원하면 --to=previous`),
  'rule-differs': ({ previous, ruled }) => careful(`previous는 리비전 ${previous}입니다. 규칙대로라면 ${ruled}: 그것을 원하면 --to를 빼십시오`),
  'goes-back-to-left': ({ revision, runId }) => careful(`리비전 ${revision}: ${runId === undefined ? '이전 되돌리기가' : `실행 ${runId}에서`} 떠난 리비전입니다`),
  'recreate-strategy': ({ replicas }) => careful(`Recreate 전략: 새 파드가 시작되기 전에 파드 ${replicas}개가 모두 멈춥니다`),
  'replicas-changed': ({ now, previous, manager, at }, telling) => ({
    row: 'not-part',
    text: `레플리카: ${manager}에서 ${ago(at, telling)}에 ${now}${previous === undefined ? '' : ` (이전 ${previous})`}(으)로 바꿨습니다. 함께 되돌리려면 --replicas=${previous ?? 'N'}`,
  }),
  'replicas-driven': ({ by, min, max }) => ({ row: 'put-back', text: `레플리카: ${by}에서 ${min}~${max} 사이로 조절합니다` }),
  'scale-down': ({ ordinals, claims, whenScaled }) =>
    careful(
      `멈추는 순번: ${ordinals.join(', ')}. ` +
        (whenScaled === 'Delete' ? `데이터가 삭제됩니다: ${claims.join(', ')} (whenScaled: Delete)` : `유지되는 볼륨 클레임: ${claims.join(', ') || '없음'}`),
    ),
  'repair-only': ({ pods: names }) => noteOf(`템플릿은 이미 맞습니다. 교체되는 파드: ${pods(names)}`),
  'will-evict': ({ pods: names, how }) => noteOf(`배포를 막는 파드를 ${how === 'evict' ? '축출' : '삭제'}합니다: ${pods(names)} (kubernetes#67250)`),
  'stuck-stays': ({ pods: names }) => careful(`배포를 막아도 그대로 둡니다 (--stuck-pods=never): ${pods(names)}`),
  'budget-blocks': ({ budget, pods: names }) => careful(`PodDisruptionBudget ${budget}: 지금은 축출을 허용하지 않습니다: ${pods(names)}`),
  'parallel-regression': ({ serverVersion }) => careful(`Kubernetes ${serverVersion}: Parallel에서 깨진 이전 파드도 세므로 (kubernetes#137409) 배포가 저절로 진행되지 않을 수 있습니다`),
  'revert-is-bad': ({ runId, target }) => careful(`${target}: 실행 ${runId} 이전, 곧 그 실행이 떠난 나쁜 상태로 돌아갑니다`),
  'pre-images-recovered': ({ runId }) => noteOf(`실행 ${runId}이(가) 이 기기에 보관한 것을 여는 키가 없어 클러스터의 사본을 가져와 지금 키로 다시 암호화했습니다`),
  'not-looked-at': ({ permissions }) => careful(`권한이 없어 보지 못했습니다: ${permissions.join('; ')}. 이에 따른 경고는 알 수 없습니다`),
  'permission-missing': ({ permissions }) => careful(`권한이 없습니다: ${permissions.join('; ')}. 되돌리기가 시작을 거부합니다`),
  'owner-puts-back': ({ putBack }) => ({ row: 'put-back', text: owners.putBack(putBack) }),
  'owners-contested': ({ object }) => careful(`둘 이상이 ${object}의 소유를 주장합니다. 마지막에 쓰는 쪽이 이깁니다`),
  'owner-mark-void': ({ target, mark, why }) => noteOf(`${target}: ${quoted(mark)} 소유라는 표시가 있지만 인정하지 않습니다: ${voidText[why] ?? why}`),
  ...stateNotes,
  dependent: dependentText,
  'dry-run': ({ result, detail }) => ({
    row: 'dry-run',
    text: { ok: '정상', 'not-allowed': '시험할 권한 없음', refused: '거부됨' }[result] + (detail === undefined ? '' : `: ${detail}`),
  }),
} satisfies Partial<NoteMessages>;

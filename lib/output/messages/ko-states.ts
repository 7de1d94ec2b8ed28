import { formatDuration } from '../../core/durations.ts';
import type { StateOffer } from '../../core/errors.ts';
import type { ErrorMessages, NoteMessages, Telling } from './messages.ts';
import { objects } from './ko-objects.ts';
import { minuteText, quoted } from './phrases.ts';

const mostPaths = 3;

function offerLine({ to, at, verified, live, changes }: StateOffer): string {
  const paths = changes.length > mostPaths ? `${changes.slice(0, mostPaths).join(', ')} 외 ${changes.length - mostPaths}개` : changes.join(', ');
  return [to, ...(at === undefined ? [] : [minuteText(at)]), ...(verified ? ['정상으로 확인됨'] : []), live ? '지금과 같음' : `바뀌는 것: ${paths}`].join('   ');
}

/** 리비전이 없는 오브젝트의 상태 (Korean sentences about states that an object without revisions can go back to). */
export const stateErrors = {
  'state.none': ({ target, states, command }) => ({
    text: `${target}: 되돌아갈 상태가 없습니다`,
    lines: [...(states.length > 0 ? states.map(offerLine) : ['이것을 담은 스냅샷이 없고, kubectl의 last-applied 어노테이션과 Helm 매니페스트는 지금과 같으며, 이것을 바꾼 이 컴퓨터의 실행도 없습니다']), '아무것도 바꾸지 않았습니다.'],
    next: [...(states.some(({ live }) => !live) ? [`그래도 고르려면:  ${command} --to=${states.find(({ live }) => !live)!.to}`] : []), '다음을 위해:  kubectl snapshot create'],
  }),
  'state.ambiguous': ({ target, states, command }) => ({
    text: `${target}: 서로 다른 상태가 있었고, 어느 것이 정상이었는지 여기서는 알 수 없습니다`,
    lines: [...states.map(offerLine), '아무것도 바꾸지 않았습니다.'],
    next: [`하나를 고르십시오:  ${command} --to=${states.find(({ live }) => !live)?.to ?? 'snapshot:ID'}`],
  }),
  'state.refused': ({ target, because }) => ({ text: `${target}: 쓸 수 없습니다: ${objects.reason(because)}`, lines: ['아무것도 바꾸지 않았습니다.'], next: ['--to=STATE로 다른 상태를 고르십시오. 있는 상태:  kubectl rollback history ' + target] }),
  'state.of-workload': ({ targets, asked, command, history }) => ({
    text: `--to=${asked}: ${targets.join(', ')}은(는) 클러스터에 남은 리비전으로 되돌아갑니다`,
    lines: ['아무것도 바꾸지 않았습니다.'],
    next: [`그곳에 있던 그대로 전부:  ${command}`, `있는 리비전:  ${history}`],
  }),
  'state.unknown': ({ target, asked, states, command }) => ({
    text: `--to: ${target}에는 ${quoted(asked)} 상태가 없습니다`,
    lines: [...states.map(offerLine), '아무것도 바꾸지 않았습니다.'],
    next: states.length > 0 ? [`이 가운데 하나:  ${command} --to=${states[0]!.to}`] : ['다음을 위해:  kubectl snapshot create'],
  }),
} satisfies Partial<ErrorMessages>;

const ruleText: Record<string, string> = {
  asked: '요청한 대로',
  'verified-good': '정상으로 확인되었고 지금과 다른 가장 새로운 스냅샷',
  'newest-snapshot': '지금과 다른 가장 새로운 스냅샷',
  'last-applied': '지금과 다른 것은 이것뿐',
  'helm-manifest': '지금과 다른 것은 이것뿐',
};

/** 오브젝트가 돌아가는 상태 (Korean sentences about the state that an object goes back to). */
export const stateNotes = {
  'state-chosen': ({ target, state, at, rule, agreeing, others }, { now }: Telling) => ({
    row: 'note',
    text:
      `${target} → ${state}${at === undefined ? '' : ` (${formatDuration(now.getTime() - Date.parse(at))} 전)`}: ${ruleText[rule] ?? rule}` +
      (agreeing.length > 0 ? `. 같은 상태: ${agreeing.join(', ')}` : '') +
      (others.length > 0 ? `. 다른 상태: ${others.join(', ')}` : ''),
  }),
  'state-gaps': ({ target, gaps }) => ({ row: 'careful', text: `${target}: 보지 못한 곳이 있어 다른 상태가 있을 수 있습니다: ${gaps.join('; ')}` }),
} satisfies Partial<NoteMessages>;

import { objects } from './ko-objects.ts';
import type { ErrorMessages, NoteMessages, NoteText } from './messages.ts';
import { someText } from './phrases.ts';

const careful = (text: string): NoteText => ({ row: 'careful', text });
const noteOf = (text: string): NoteText => ({ row: 'note', text });

/** 복원의 실패 (Korean sentences of the failures of a restore). */
export const restoreErrors = {
  'snapshot.other-cluster': ({ id, snapshotContext, snapshotServer, server }) => ({
    text: `스냅샷 ${id}: ${server} 클러스터의 것이 아닙니다`,
    lines: [`찍은 곳: 컨텍스트 ${snapshotContext} (${snapshotServer})`],
    next: ['--context로 그 클러스터를 지정하거나, 여기로 가져오려면:  --to-other-cluster'],
  }),
  'snapshot.incomplete': ({ id, gaps }) => ({
    text: `스냅샷 ${id}: 완전하지 않습니다`,
    lines: gaps.map((gap) => `빠진 것: ${gap}`),
    next: ['있는 것만 복원하려면:  --incomplete'],
  }),
  'restore.refused': ({ refused, done }) => ({
    text: `복원하지 않음: ${refused.length === 1 ? refused[0]!.target : `오브젝트 ${refused.length}개`}`,
    lines: [...refused.slice(0, 10).map(({ target, reason }) => `${target}   ${objects.reason(reason)}`), ...(refused.length > 10 ? [`외 ${refused.length - 10}개`] : [])],
    next: [done ? '나머지는 모두 복원했습니다.' : '아무것도 바꾸지 않았습니다.'],
  }),
  'usage.one-namespace': ({ namespaces }) => ({
    text: `--as-new-namespace는 한 네임스페이스의 오브젝트만 받습니다. 지금: ${namespaces.join(', ') || '없음'}`,
    next: ['하나를 지정하십시오:  -n NAMESPACE'],
  }),
  'usage.namespace-exists': ({ name }) => ({ text: `--as-new-namespace: 네임스페이스 ${name}이(가) 이미 있습니다`, next: ['다른 이름을 쓰거나 --as-new-namespace 없이 복원하십시오'] }),
} satisfies Partial<ErrorMessages>;

/** 복원의 알림 (Korean sentences of what a restore notes). */
export const restoreNotes = {
  'restore-other-cluster': ({ context, server }) => careful(`다른 클러스터의 스냅샷: 컨텍스트 ${context} (${server})`),
  'restore-incomplete': ({ gaps }) => careful(`스냅샷에 빠진 것: ${someText(gaps)}`),
  'restore-omitted': ({ objects: names }) => careful(`스냅샷에 내용이 보관되지 않아 그대로 둠: ${someText(names)}`),
  'restore-without-secrets': ({ objects: names }) => noteOf(`그대로 둠 (--secrets=skip): ${someText(names)}`),
  'restore-added': ({ objects: names }) => noteOf(`이후에 추가되어 그대로 둠: ${someText(names)}. 삭제하려면 --delete-added`),
  'restore-untried': ({ objects: count }) => noteOf(`미리 시험할 수 없는 오브젝트 ${count}개: 네임스페이스나 타입이 이 복원에서 생깁니다`),
  'replicas-kept': ({ targets }) => noteOf(`${targets.join(', ')}의 레플리카는 오토스케일러가 정하므로 지금 그대로 둡니다`),
  untried: () => noteOf('서버에서 시험하지 않았습니다. --dry-run=server가 시험합니다'),
  'restore-not-awaited': ({ target, command }) => ({ ...careful(`${target}: 쓰이는 내용이 일시 중지 상태라서 기다리지 않습니다. 재개해야 롤아웃됩니다`), command }),
  'restore-deletes': ({ objects: names }) => careful(`삭제: ${someText(names)}`),
  'restore-wide': ({ objects: count, namespaces }) => careful(`오브젝트 ${count}개를 씁니다${namespaces.length > 1 ? ` (네임스페이스 ${namespaces.length}개)` : ''}`),
} satisfies Partial<NoteMessages>;

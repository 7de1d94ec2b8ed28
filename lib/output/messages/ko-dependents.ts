import type { DependentNote } from '../../run/notes.ts';
import type { NoteText } from './messages.ts';

const how: Record<string, string> = {
  environment: '컨테이너가 시작할 때 환경 변수로 읽음',
  'sub-path': 'subPath 마운트라서 갱신되지 않음',
  immutable: 'immutable 오브젝트라서 다시 읽히지 않음',
  'volume-driver': '파드가 시작할 때 볼륨 드라이버가 읽음',
  'read-once': '시작할 때 읽음',
  'no-reloader': '시작할 때 읽고, 리로더가 없음',
  checksum: '차트가 계산하는 체크섬으로 내용이 바뀌면 새 파드를 받음',
  volume: '파일은 1분쯤 안에 새것이 되지만, 프로그램이 다시 읽는지는 알 수 없음',
  'watches-file': '파일을 스스로 다시 읽음',
  'config-reloader': '리로더가 알려 줌',
  sidecar: '사이드카가 레이블로 찾아 읽음',
  'stakater-reloader': 'Stakater Reloader가 재시작함',
  operator: '오퍼레이터가 다시 만들어 줌',
  'ingress-controller': '인그레스 컨트롤러가 다시 읽음',
  'next-pull': '다음에 이미지를 받을 때 사용',
  'next-run': '다음 실행 때 읽음',
  'next-mount': '다음 마운트 때 사용',
  'not-mounted': '어느 컨테이너도 마운트하지 않는 볼륨에 적혀 있음',
};

const why: Record<NonNullable<DependentNote['blocked']>, (note: DependentNote) => string> = {
  never: () => '재시작할 때까지 이전 내용을 유지합니다 (--restart=auto)',
  'not-here': () => '재시작할 때까지 지금 가진 내용을 유지합니다',
  owner: ({ owner = '' }) => `${owner} 소유라서 재시작하지 않으며, 그때까지 이전 내용을 유지합니다`,
  'on-delete': () => '누군가 파드를 삭제할 때까지 이전 내용을 유지합니다 (OnDelete)',
  paused: () => '일시 중지되었거나 삭제되는 중이라 이전 내용을 유지합니다',
  'no-controller': () => '여기서 재시작할 수 없으며, 이전 내용을 유지합니다',
};

/** 바뀌는 오브젝트를 쓰는 쪽 (Korean sentences of what becomes of somebody who uses a changed object). */
export function dependentText(note: DependentNote): NoteText {
  const { target, source, usedAs, because, outcome, blocked, command } = note;
  const reads = `${target} ← ${source} (${usedAs}): ${how[because] ?? because}`;
  if (outcome === 'restarted') return { row: 'note', text: `${reads}. 재시작합니다` };
  if (outcome === 'replaced') return { row: 'note', text: `${reads}. 어차피 파드가 교체됩니다` };
  if (outcome === 'blocked') return { row: 'careful', text: `${reads}. ${why[blocked ?? 'never'](note)}`, ...(command === undefined ? {} : { command }) };
  return { row: 'note', text: reads, ...(command === undefined ? {} : { command }) };
}

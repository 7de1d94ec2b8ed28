import { checkPhrases, verifyErrors } from './ko-checks.ts';
import { clusterChoiceErrors, verifyPhrases } from './ko-verify.ts';
import { runErrors, targetErrors } from './ko-cluster-errors.ts';
import { diff, diffErrors } from './ko-diff.ts';
import { capture, captureErrors } from './ko-capture.ts';
import { accessErrors, usageErrors } from './ko-errors.ts';
import { notes } from './ko-notes.ts';
import { owners } from './ko-owners.ts';
import { objects } from './ko-objects.ts';
import { restoreErrors, restoreNotes } from './ko-restore.ts';
import { sharedRunErrors } from './ko-shared-runs.ts';
import { snapshotErrors, snapshotLabels } from './ko-snapshots.ts';
import { stateErrors } from './ko-states.ts';
import { steps } from './ko-steps.ts';
import type { CompletionLabels, Messages, PlanLabels, QuestionPlace, Questions, RunLabels } from './messages.ts';
import { permissionText, quoted } from './phrases.ts';

const chosenBy: Record<string, string> = {
  asked: '요청한 대로',
  previous: '바로 앞의 것',
  'ready-pods': 'Ready 파드의 리비전',
  'longest-in-force': '가장 오래 유지된 것',
  current: '이미 적용된 것',
  'before-run': '실행 전에 있던 것',
};

const plan: PlanLabels = {
  context: '컨텍스트',
  namespace: '네임스페이스',
  now: '현재',
  backTo: '되돌릴 리비전',
  goTo: '목표',
  steps: '단계',
  notPart: '포함되지 않음',
  putBack: '원상 복구의 주체',
  careful: '주의',
  note: '참고',
  owner: '소유자',
  doIt: '실행:',
  pods: (wanted, ready) => `레플리카 ${wanted}, 준비됨 ${ready}`,
  unowned: (writer, ago) => `상위 소유자 없음${writer === undefined ? '' : `, 템플릿 작성: ${writer}${ago === undefined ? '' : ` (${ago} 전)`}`}`,
  ownersUnread: (missing) => `알 수 없음: 볼 권한 없음: ${missing.map(permissionText).join(', ')}`,
  unmarked: (program, ago, isLast) => `알 수 없음: 소유자를 증명하는 표시 없음, ${isLast ? '마지막 ' : ''}작성: ${program}${ago === undefined ? '' : ` (${ago} 전)`}`,
  revision: (number, hash) => (number === undefined ? `리비전 ${hash}` : `리비전 ${number} (${hash})`),
  made: (age) => `${age} 전 생성`,
  chosenBy: (rule) => chosenBy[rule] ?? rule,
  nothingToDo: (target, revision) => `${target}: 파드까지 이미 ${revision}: 할 일이 없습니다`,
  repairOnly: '템플릿은 그대로, 막힌 파드만 교체',
  dryRun: (result) => `서버 시험 실행: ${result}`,
  waitLimits: (stableFor, atMost) => `, Ready ${stableFor} 유지, 최대 ${atMost}`,
};

const run: RunLabels = {
  run: '실행',
  heading: (targets, revision) => `${targets.join(', ')}${revision === undefined ? '' : ` → ${revision}`}`,
  rolledBack: (target, revision) => `${target}: ${revision}(으)로 되돌렸습니다`,
  reverted: (target) => `${target}: 실행 전 상태로 돌려놓았습니다`,
  unchanged: (target, revision) => `${target}: 변경 없음, 이미 ${revision}`,
  closed: (id) => `실행 ${id}: 닫았습니다. 한 일은 그대로 남습니다`,
  finished: (took) => `${took} 걸림`,
  evidenceIn: (directory) => `증거: ${directory}`,
  madeKey: (path) => `보관하는 Secret과 자격 증명을 여는 키를 만들었습니다: ${path}\n이 키가 없으면 여기서 아무도 열 수 없습니다. 다른 곳에 사본을 두십시오. 다른 사람도 열게 하려면:  kubectl snapshot key add-recipient AGE1…`,
  startedBy: (ago, who) => `${ago} 전 시작, ${who}`,
  proveThis: (command) => `온전한지 증명하려면:  ${command}`,
  undoThis: (command) => `이 실행 전으로 돌아가려면:  ${command}`,
  putBackLater: (target, how) => `${target}: 원상 복구됩니다: ${how}`,
  stopping: '멈추는 중입니다. 시작된 쓰기는 끝냅니다. Ctrl-C를 다시 누르면 즉시 끝납니다.',
  interruptedAtOnce: (command) => (command === undefined ? '즉시 멈췄습니다. 아무것도 변경되지 않았습니다.' : `즉시 멈췄습니다. 한 일은 그대로 남습니다. 계속하려면:  ${command}`),
  nothingChanged: '아무것도 변경되지 않았습니다.',
  goOnWith: (command) => `계속하려면:  ${command}`,
  noRuns: '이 기기에는 아직 실행이 없습니다.',
  onlyThisMachine: (why) => `클러스터에 물어볼 수 없어 이 기기가 아는 것만 보입니다. (${why})`,
  noRevisions: (namespace) => `리비전이 있는 워크로드가 없습니다${namespace === undefined ? '' : `: 네임스페이스 ${namespace}`}.`,
  columns: {
    run: '실행',
    state: '상태',
    targets: '대상',
    cluster: '컨텍스트',
    by: '사용자',
    revision: '리비전',
    hash: '해시',
    pods: '파드',
    images: '이미지',
    changed: '변경',
    age: '경과',
    cause: '변경 사유',
    step: '단계',
    result: '결과',
    directory: '디렉터리',
    at: '시각',
    verified: '확인',
  },
  runState: { running: '진행 중', interrupted: '중단됨', stopped: '멈춤', finished: '끝남', closed: '닫힘', reverted: '되돌려짐' },
  stepState: { pending: '예정', intended: '시작됨', done: '완료' },
  podState: {
    ready: 'Ready, 유지 시간 부족',
    stable: 'Ready',
    'not-ready': 'Ready 아님',
    terminating: '종료 중',
    missing: '아직 없음',
    evicted: '축출됨, 새 파드 시작 중',
    waiting: '대기 중',
  },
  oldRevision: '이전 리비전',
  morePods: (count) => `외 파드 ${count}개`,
  currentMark: '* 현재 적용됨',
  liveMark: '지금과 같음',
  verifiedMark: '정상',
  notRead: (what, why) => `보지 못함: ${what} (${why})`,
  leftMark: '되돌리기가 떠남',
  why: '멈춘 이유:',
  already: '이미 그 상태',
};

const placeText = ({ targets, namespaces, context, server }: QuestionPlace) => {
  const where = namespaces.length === 0 ? '' : `네임스페이스 ${namespaces.join(', ')}, `;
  return `${targets.join(', ')} (${where}컨텍스트 ${context}, ${server})`;
};

const questions: Questions = {
  rollBack: (place) => `되돌릴까요? ${placeText(place)}`,
  restore: (place) => `복원할까요? ${placeText(place)}`,
  revert: (place) => `실행 전의 나쁜 상태로 돌려놓을까요? ${placeText(place)}`,
  restart: (targets) => `시작할 때만 읽는 것을 재시작할까요? ${targets.join(', ')}`,
  typeName: (name) => `계속하려면 ${quoted(name)} 입력:`,
  wrongName: (name) => `${quoted(name)} 아님`,
};

const completion: CompletionLabels = {
  installed: (command, link) => `이제 kubectl 자동 완성이 켜진 셸에서 TAB이 ${command}도 완성합니다. 링크: ${link}`,
};

/** Korean, for people only: JSON keeps English. */
export const korean: Messages = {
  language: 'ko',
  error: '오류',
  errors: { ...usageErrors, ...accessErrors, ...targetErrors, ...runErrors, ...sharedRunErrors, ...snapshotErrors, ...stateErrors, ...captureErrors, ...diffErrors, ...restoreErrors, ...verifyErrors, ...clusterChoiceErrors },
  uncheckedCertificate: (server) => `경고: ${server}의 인증서를 확인하지 않습니다(insecure-skip-tls-verify). 중간에서 누구나 요청을 읽고 바꿀 수 있습니다`,
  bug: (detail) => ({ text: `Retrace의 버그입니다: ${detail}`, next: ['-v=1을 붙이면 위치가 나옵니다. 그 출력과 함께 알려 주십시오'] }),
  notes: { ...notes, ...restoreNotes },
  owners,
  diff,
  plan,
  run,
  objects,
  questions,
  completion,
  capture,
  snapshot: snapshotLabels,
  checks: checkPhrases,
  verify: verifyPhrases,
  ...steps,
};

import type { CaptureLabels, ErrorMessages } from './messages.ts';
import { permissionText, quoted } from './phrases.ts';

const amount = (number: number) => number.toLocaleString('en').replaceAll(',', ' ');

const gapReasons: Record<string, string> = {
  'access.forbidden': '읽을 권한이 없음',
  'api.unavailable': '이 API를 제공하는 서버가 응답하지 않음',
  'server.unreachable': '제한 시간 안에 응답이 없음',
};

const gapText = ({ what, why, detail }: { what: string; why: string; detail: string }) => `${what}: ${gapReasons[why] ?? (detail === '' ? why : detail)}`;

/** `snapshot create`가 하는 말. */
export const capture: CaptureLabels = {
  objects: (number) => `오브젝트 ${amount(number)}개`,
  sealed: (secrets, others, recipients) => {
    const what = [...(secrets > 0 ? [`Secret ${amount(secrets)}개`] : []), ...(others > 0 ? [`자격 증명이 든 ${secrets > 0 ? '다른 ' : ''}오브젝트 ${amount(others)}개`] : [])];
    return `${what.join(', ')} 수신자 ${amount(recipients)}명용으로 암호화`;
  },
  leftOut: (others) => `Secret은 읽지 않음${others > 0 ? `, 자격 증명이 든 오브젝트 ${amount(others)}개의 내용은 제외` : ''}`,
  took: (what, seconds) => `${what}, ${seconds}초`,
  complete: '완전함',
  gaps: (number) => `빠진 것 ${amount(number)}건`,
  allNamespaces: '모든 네임스페이스',
  keptIn: (place) => `보관 위치 ${place}`,
  atCommit: (commit, tag) => `커밋 ${commit}${tag === undefined ? '' : `, 태그 ${tag}`}`,
  dirty: '작업 트리에 커밋하지 않은 변경이 있습니다: 배포한 내용이 커밋에 다 들어 있지 않습니다',
  goBack: (command) => `여기로 되돌리기:  ${command}`,
  changed: (command) => `그 뒤로 바뀐 것 보기:  ${command}`,
  empty: '주의: 맞는 것이 없어 되돌아갈 것이 들어 있지 않습니다. -n, --selector, --kinds를 확인하십시오',
  applicationsUnread: '다른 네임스페이스의 Argo CD Application을 나열할 권한이 없어, 여기에 동기화된 리비전은 기록하지 않았습니다',
  progress: (done, lists, objects) => `목록 ${lists}개 중 ${done}개 읽음   오브젝트 ${amount(objects)}개`,
};

/** 수집 실패의 문장. */
export const captureErrors = {
  'api.unavailable': ({ groupVersion }) => ({ text: `API ${groupVersion}: 제공하는 서버가 응답하지 않습니다`, next: [`살펴보기:  kubectl get apiservice ${groupVersion.split('/').reverse().join('.')}`] }),
  'export.nothing': ({ objects, command }) => ({ text: `${objects.join(', ')}: 자격 증명이 들어 있어 아무것도 내보내지 않았습니다`, next: [`평문으로 내보내려면:  ${command}`] }),
  'snapshot.never-kept': ({ kind }) => ({ text: `보관하지 않는 종류입니다: ${kind}. 한순간의 상태이거나 컨트롤러가 다시 만듭니다`, next: ['--kinds에서 빼십시오'] }),
  'snapshot.nothing-readable': ({ user, namespaces, missing }) => ({
    text: namespaces.length === 0 ? `${quoted(user)}: 모든 네임스페이스를 아우르는 목록을 하나도 볼 수 없습니다` : `${quoted(user)}: 볼 수 있는 목록이 없습니다: 네임스페이스 ${namespaces.join(', ')}`,
    lines: [...missing.slice(0, 8).map(permissionText), ...(missing.length > 8 ? [`그 밖에 ${missing.length - 8}건`] : []), '아무것도 수집하지 않았습니다.'],
    next: [
      ...(namespaces.length === 0 ? ['읽을 수 있는 네임스페이스를 지정하십시오:  kubectl snapshot create -n NAMESPACE'] : []),
      'retrace-snapshot 역할을 요청하거나, --context=NAME, --user=NAME, --as=USER로 다른 신원을 쓰십시오',
    ],
  }),
  'snapshot.gaps': ({ id, gaps, without }) => ({
    text: `${id}: 보관했지만 빠진 것이 ${amount(gaps.length)}건 있습니다`,
    lines: gaps.map(gapText),
    next: ['이것으로 복원하려면 --incomplete가 필요합니다', ...(without.length > 0 ? [`알고서 빼려면:  --without-kinds=${without.join(',')} 추가`] : [])],
  }),
  'snapshot.not-tagged': ({ id, detail, command }) => ({ text: `${id}: 보관했지만 태그를 만들지 못했습니다: ${detail}`, next: [`직접 만들기:  ${command}`] }),
  'git.failed': ({ directory, command, detail }) => ({ text: `${command} 실패: ${directory}`, lines: [detail], next: ['--git-dir=DIR로 Git 작업 트리를 지정하십시오'] }),
  'git.bad-tag': ({ tag }) => ({ text: `Git 태그 이름으로 쓸 수 없습니다: ${quoted(tag)}`, next: ['참고:  git help check-ref-format'] }),
  'git.tag-exists': ({ tag, directory, commit }) => ({
    text: `이미 있는 태그입니다: ${quoted(tag)} (${directory})`,
    lines: [`커밋 ${commit.slice(0, 12)}. 태그는 옮기지 않습니다`, '아무것도 수집하지 않았습니다.'],
    next: ['--git-tag=NAME으로 다른 이름을 고르십시오'],
  }),
} satisfies Partial<ErrorMessages>;

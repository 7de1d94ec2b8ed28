import type { DiffPhrases } from './diff-phrases.ts';
import type { ErrorMessages } from './messages.ts';
import { permissionText } from './phrases.ts';

const restartText: Record<string, string> = { needed: '다시 시작해야 함', perhaps: '다시 시작해야 할 수 있음', 'not-needed': '바로 읽음' };

const leftOutText: Record<string, string> = {
  credential: '자격 증명이 들어 있음: --with-secrets를 주면 평문으로 씁니다',
  locked: '가진 키로 열 수 없는 자격 증명이 들어 있음: --identity=FILE로 키를 지정하십시오',
  omitted: '자격 증명 없이 만든 스냅샷이라 내용이 없음',
  owned: '컨트롤러가 다른 오브젝트에서 만듦',
  'made-by-server': '클러스터가 스스로 만듦',
  token: '클러스터가 발급하는 토큰',
  'helm-release': 'Helm 릴리스의 리비전: 이름을 지정하면 나옵니다',
  own: 'Retrace 자신의 기록',
};

/** Korean words about differences and exports. */
export const diff: DiffPhrases = {
  moreLines: (count) => `… ${count}줄 더 있음 (-o wide로 모두 표시)`,
  moreChanges: (count) => `… 변경 ${count}개 더 있음 (-o wide로 모두 표시)`,
  noLastNewline: '(끝에 줄바꿈 없음)',
  side: (snapshot, age) => (snapshot === undefined ? '지금' : `${snapshot} (${age} 전)`),
  keysChanged: (count) => `키 ${count}개 변경`,
  fieldsChanged: (count) => `필드 ${count}개 변경`,
  valuesNotShown: '값은 표시하지 않음',
  added: '이후 추가됨',
  gone: '이후 사라짐',
  unknown: (why) => (why === 'sealed' ? '알 수 없음: 다시 쓰였고, 가진 키로 값을 열 수 없음' : '알 수 없음: 한쪽이 보지 않았거나 볼 수 없었음'),
  ownedToo: (count) => `컨트롤러가 다른 오브젝트에서 만드는 ${count}개도 다름 (-o wide로 표시)`,
  counts: ({ changed, added, gone, unknown }) => [`변경 ${changed}`, `추가 ${added}`, `사라짐 ${gone}`, ...(unknown > 0 ? [`알 수 없음 ${unknown}`] : [])].join(', '),
  same: (compared) => `오브젝트 ${compared}개에 차이가 없습니다.`,
  otherCluster: (from, to) => `경고: 다른 클러스터의 스냅샷입니다. 스냅샷: ${from}, 비교 대상: ${to}`,
  locked: (count, why) => `자격 증명이 있는 오브젝트 ${count}개는 크기와 버전만 비교했습니다. ${why}`,
  gap: (side, what) => `${side}: ${what} 읽지 못함`,
  leftOut: (why, count, names) => `제외됨 (${leftOutText[why] ?? why}): ${[...names, ...(count > names.length ? [`그 밖에 ${count - names.length}개`] : [])].join(', ')}`,
  written: (count, path) => `오브젝트 ${count}개를 ${path}에 썼습니다`,
  usedBy: (users, more) => `사용: ${[...users.map(({ name, restart, isLater }) => `${name} (${isLater ? '다음에 쓸 때 읽음' : restartText[restart]})`), ...(more > 0 ? [`그 밖에 ${more}개`] : [])].join(', ')}`,
  unreadUsers: (missing, why) => (why === undefined ? `누가 쓰는지 다 알 수 없습니다. 권한 없음: ${missing.map(permissionText).join(', ')}` : `누가 쓰는지 알 수 없습니다: ${why}`),
};

const tryNear = (near: string[]) => (near.length > 0 ? [`혹시 이것입니까: ${near.join(', ')}`] : []);

/** 비교와 내보내기의 실패 (Korean sentences). */
export const diffErrors = {
  'snapshot.no-such-object': ({ id, target, near }) => ({ text: `스냅샷 ${id}에 ${target}이(가) 없습니다`, next: [...tryNear(near), `내용:  kubectl snapshot show ${id}`] }),
  'diff.differs': ({ changed, added, gone, unknown }) => ({ text: `상태가 다릅니다: 변경 ${changed}, 추가 ${added}, 사라짐 ${gone}, 알 수 없음 ${unknown}`, lines: ['--exit-code에 따른 종료 코드입니다.'] }),
  'diff.unknown': ({ unknown }) => ({ text: `보이는 차이는 없지만 오브젝트 ${unknown}개를 비교하지 못했습니다`, lines: ['--exit-code에 따른 종료 코드입니다.'] }),
  'export.exists': ({ path, isDirectory }) => ({
    text: isDirectory ? `디렉터리 ${path}: 비어 있지 않습니다. 이 스냅샷에 없는 파일이 섞여 남게 됩니다` : `${path} 파일이 이미 있습니다`,
    lines: ['아무것도 쓰지 않았습니다.'],
    next: [isDirectory ? '새 디렉터리나 빈 디렉터리를 지정하십시오' : '다른 파일을 지정하거나 이 파일을 지우십시오'],
  }),
} satisfies Partial<ErrorMessages>;

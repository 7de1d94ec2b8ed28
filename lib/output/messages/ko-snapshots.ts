import type { ErrorMessages } from './messages.ts';
import { quoted } from './phrases.ts';
import type { SnapshotLabels } from './snapshot-labels.ts';

const tryNear = (near: string[]) => (near.length > 0 ? [`혹시 이것입니까: ${near.join(', ')}`] : []);

/** 스냅샷 파일, 키, 저장 위치에 관한 실패 (Korean sentences of snapshots). */
export const snapshotErrors = {
  'snapshot.corrupt': ({ name, part, detail }) => ({
    text: `스냅샷 ${name}: 손상되었습니다 (${part}): ${detail}`,
    lines: ['이 스냅샷에서 아무것도 사용하지 않았습니다.'],
    next: ['다른 스냅샷을 고르십시오:  kubectl snapshot list', '또는 이 파일의 사본을 가져온 뒤 확인하십시오:  kubectl snapshot check'],
  }),
  'snapshot.newer-format': ({ name, format }) => ({
    text: `스냅샷 ${name}: 더 새로운 Retrace가 썼습니다 (형식 ${format}, 이 버전은 형식 1을 읽습니다)`,
    next: ['그 버전이나 더 새로운 버전을 쓰십시오'],
  }),
  'snapshot.wrong-identity': ({ name, recipients }) => ({
    text: `스냅샷 ${name}: 암호화된 부분을 열 수 있는 키가 없습니다`,
    lines: ['암호화 대상', ...recipients.map((recipient) => `  ${recipient}`)],
    next: ['그중 하나의 개인 키 파일을 지정하십시오:  --identity=FILE'],
  }),
  'snapshot.not-found': ({ id, place, known, near }) => ({
    text: `${place}에 스냅샷 ${quoted(id)}이(가) 없습니다`,
    lines: known.length > 0 ? [`최신: ${known.join(', ')}`] : ['스냅샷이 하나도 없습니다'],
    next: [...tryNear(near), '전체 목록:  kubectl snapshot list'],
  }),
  'snapshot.exists': ({ id, place }) => ({ text: `${place}에 스냅샷 ${id}이(가) 이미 있습니다`, lines: ['그대로 두었습니다.'], next: ['다시 시도하면 다른 이름을 받습니다'] }),
  'repository.config': ({ source, member, detail }) => ({
    text: `${source}${member === '' ? '' : `, ${member}`}: ${detail}`,
    next: ['Thanos의 objstore.yml 형식 파일을 지정하십시오:  --repo-config=FILE', '또는 AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION을 설정하고, Amazon이 아닌 서버는 AWS_ENDPOINT_URL도 설정하십시오'],
  }),
  'repository.no-bucket': ({ bucket, endpoint }) => ({ text: `${endpoint}에 버킷 ${quoted(bucket)}이(가) 없습니다`, next: ['그곳에 만들거나 다른 버킷을 지정하십시오:  --repo=s3://BUCKET/PREFIX'] }),
  'repository.denied': ({ place, endpoint, detail }) => ({
    text: `${endpoint}: ${place} 접근이 거부되었습니다: ${detail}`,
    next: ['--repo-config=FILE의 키와 리전, 또는 AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION을 확인하십시오'],
  }),
  'repository.unreachable': ({ place, endpoint, detail }) => ({ text: `${place}에 연결할 수 없습니다 (${endpoint}): ${detail}`, next: ['엔드포인트, 네트워크, VPN을 확인한 뒤 다시 시도하십시오'] }),
  'repository.full': ({ place, endpoint, detail }) => ({
    text: `${endpoint}: ${place}에 남은 공간이 없습니다: ${detail}`,
    lines: ['그곳에 아무것도 남기지 않았습니다.'],
    next: [`지울 수 있는 것 보기:  kubectl snapshot prune --keep-daily=7 --dry-run=client --repo=${place}`, '또는 서버의 공간을 늘린 뒤 다시 시도하십시오'],
  }),
  'snapshot.check-failed': ({ ids, checked }) => ({
    text: `스냅샷 ${checked}개 중 ${ids.length}개를 쓸 수 없습니다: ${ids.join(', ')}`,
    next: ['사본을 가져오거나 새로 만드십시오:  kubectl snapshot create'],
  }),
  'prune.empty-policy': ({ command }) => ({ text: '무엇을 남길지 지정되지 않았습니다', lines: ['아무것도 변경되지 않았습니다.'], next: [`규칙을 하나 이상 추가하십시오:  ${command} --keep-last=10 --keep-daily=14`] }),
  'prune.unreadable': ({ place, ids }) => ({
    text: `${place}: 시각과 클러스터를 읽을 수 없는 파일이 있습니다: ${ids.join(', ')}`,
    lines: ['아무것도 변경되지 않았습니다.'],
    next: ['이유 확인:  kubectl snapshot check', '그 파일은 남기고 나머지만 계속하려면 --ignore-unreadable을 추가하십시오'],
  }),
  'identity.missing': ({ path }) => ({
    text: `Secret을 열 개인 키가 없습니다: ${path} 파일이 없습니다`,
    next: ['--identity=FILE 또는 SOPS_AGE_KEY_FILE=FILE로 지정하십시오', '또는 스냅샷을 만든 기기에서 그 파일을 가져오십시오'],
  }),
  'identity.broken': ({ path, line, detail }) => ({
    text: `${path}${line > 0 ? ` ${line}행` : ''}: ${detail}`,
    next: ['age-keygen이 쓰는 것처럼 AGE-SECRET-KEY-1로 시작하는 행이어야 합니다. #은 주석입니다'],
  }),
  'recipient.broken': ({ path, line, detail }) => ({
    text: `${path}${line > 0 ? ` ${line}행` : ''}: ${detail}`,
    next: ['age-keygen -y가 출력하는 것처럼 age1로 시작하는 공개 키여야 합니다'],
  }),
} satisfies Partial<ErrorMessages>;

const because: SnapshotLabels['because'] = {
  last: '최근 것',
  hourly: '그 시간의 최신',
  daily: '그날의 최신',
  weekly: '그 주의 최신',
  monthly: '그달의 최신',
  yearly: '그해의 최신',
  within: '기간 안',
  tag: '태그',
  'newest-complete': '가장 새로운 완전한 스냅샷',
  'run-open': '실행을 아직 재개하거나 되돌릴 수 있음',
  'run-unknown': '이 기기가 모르는 실행',
};

/** 스냅샷에 관한 말 (Korean words around snapshots). */
export const snapshotLabels: SnapshotLabels = {
  columns: {
    id: '이름',
    age: '경과',
    cluster: '클러스터',
    scope: '범위',
    objects: '오브젝트',
    secrets: '시크릿',
    size: '크기',
    state: '상태',
    tags: '태그',
    by: '사용자',
    result: '결과',
    sealed: '시크릿',
    detail: '상세',
    action: '처리',
    why: '이유',
    type: '타입',
  },
  onlyThisMachine: '이 컴퓨터의 실행만입니다. 다른 컴퓨터의 실행이 찾은 것은 클러스터에 있습니다:  kubectl rollback runs, 그다음 revert RUN',
  none: (place) => `${place}에 아직 스냅샷이 없습니다.`,
  scope: ({ namespaces, selector, kinds, withoutKinds }) =>
    [
      namespaces === undefined ? '모든 네임스페이스' : namespaces.join(','),
      ...(selector === undefined ? [] : [`-l ${selector}`]),
      ...(kinds === undefined ? [] : [`${kinds.join(',')}만`]),
      ...(withoutKinds === undefined ? [] : [`${withoutKinds.join(',')} 제외`]),
    ].join('; '),
  state: ({ complete, gaps, purpose, runId }) =>
    `${complete ? '완전' : `불완전, 빠진 것 ${gaps.length}개`}${purpose === 'snapshot' ? '' : `; 실행 ${runId ?? '?'}${purpose === 'safety' ? ' 이전' : '의 목표'}`}`,
  secrets: ({ secrets, counts, recipients }) =>
    secrets === 'none'
      ? '없음'
      : secrets === 'encrypted'
        ? `${counts.sealed}개 암호화, 키 ${recipients.length}개`
        : secrets === 'omitted'
          ? `읽지 않음${counts.sealed > 0 ? `, 그 밖에 ${counts.sealed}개 제외` : ''}`
          : `${counts.sealed}개 평문`,
  unreadable: '읽을 수 없음',
  taken: (ago, who) => `${ago} 전 ${who}`,
  cluster: (name, server) => `${name} (${server})`,
  objects: (objects, owned) => `오브젝트 ${objects}개${owned === 0 ? '' : `, 그중 컨트롤러가 만든 것 ${owned}개`}`,
  encryptedFor: '암호화 대상',
  missing: '빠진 것',
  inForce: '적용 중',
  git: ({ commit, tag, dirty }) => `git ${tag === undefined ? '' : `${tag} `}${commit}${dirty ? ', 커밋되지 않은 변경 있음' : ''}`,
  result: { ok: '정상', damaged: '손상됨', unreadable: '읽을 수 없음' },
  sealed: { opened: '열림', unopened: '온전함, 열지 않음', none: '없음', omitted: '제외됨', plain: '평문' },
  dangling: (count) => `담고 있지 않은 오브젝트 ${count}개를 참조함`,
  danglingWhy: '들어 있지 않지만 필요한 것: 빈 곳에 복원하면 빠집니다. 그때 없었거나 셀렉터가 제외했습니다.',
  neededBy: (from) => `${from}에 필요`,
  unopened: '"열지 않음"은 모든 바이트가 쓰인 그대로이지만 시크릿을 여는 키가 없다는 뜻입니다. --identity=FILE로 키를 지정하십시오.',
  keep: '유지',
  remove: '삭제',
  because,
  filesOfRuns: '실행의 파일',
  nothingToRemove: '삭제할 것이 없습니다.',
  wouldRemove: (number, size) => `스냅샷 ${number}개, ${size}가 삭제될 것입니다. 아무것도 삭제되지 않았습니다.`,
  removed: (number, size) => `스냅샷 ${number}개 삭제됨, ${size}`,
  askRemove: (number, size, place) => `${place}에서 스냅샷 ${number}개(${size})를 영구히 삭제하시겠습니까?`,
  key: {
    none: (path) => `아직 키가 없습니다. 첫 스냅샷이 만듭니다: ${path}`,
    identity: (source) => `내 키, 개인 키 위치 ${source}`,
    recipient: (path) => `${path}에서`,
    added: (recipient, path) => `${recipient}: ${path}에 추가되었습니다. 이제부터의 스냅샷은 이 키로도 암호화되고, 이전 것은 그렇지 않습니다`,
    there: (recipient, path) => `${recipient}: ${path}에 이미 있습니다`,
    exported: (path) => `개인 키가 ${path}에 있습니다 (소유자만 읽을 수 있음). 이 파일을 가진 사람은 스냅샷의 시크릿을 읽을 수 있습니다.`,
  },
};

import type { ErrorMessages } from './messages.ts';
import { quoted } from './phrases.ts';

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

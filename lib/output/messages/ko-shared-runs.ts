import type { ErrorMessages } from './messages.ts';
import { quoted, sizeText } from './phrases.ts';

/** 같은 네임스페이스에서 일하는 다른 실행에 관한 실패 (Korean sentences of locks and shared runs). */
export const sharedRunErrors = {
  'run.locked': ({ namespace, holder, runId, since, until, isExpired, isSameRun, command }) => ({
    text: isSameRun ? `실행 ${runId}: ${holder}에서 진행 중입니다` : `네임스페이스 ${namespace}: ${runId === '' ? quoted(holder) : `실행 ${runId} (${holder})`}에서 잠갔습니다`,
    lines: [`시작 ${since}`, isExpired ? `${until} 이후 갱신되지 않음` : `유효 기한 ${until}, 진행 중에는 연장됨`, ...(isSameRun ? [] : ['아무것도 변경되지 않았습니다.'])],
    next: [
      ...(runId === '' ? [] : [`확인:  ${command}`]),
      isExpired ? '멈춘 실행입니다: 이어서 하거나(resume), 닫거나(close), --take-over를 붙이십시오' : isSameRun ? '잠금이 더는 갱신되지 않으면 여기서 이어서 할 수 있습니다' : '끝난 뒤에 다시 시도하십시오',
    ],
  }),
  'run.lock-lost': ({ namespace, holder, byRun, since, command }) => ({
    text:
      holder === ''
        ? `네임스페이스 ${namespace}의 잠금을 다른 쪽에서 풀었습니다: 그동안 다른 실행이 있었거나 이 실행을 닫았습니다`
        : `네임스페이스 ${namespace}의 잠금을 다른 쪽에서 가져갔습니다: ${byRun === '' ? quoted(holder) : `실행 ${byRun} (${holder})`}`,
    lines: [...(since === '' ? [] : [`시작 ${since}`]), '그전까지 한 일은 그대로 남습니다.'],
    next: [`${holder === '' ? '무엇이 바뀌었는지 확인한 뒤 계속하려면' : '그쪽이 끝난 뒤 계속하려면'}:  ${command}`],
  }),
  'run.pre-images-gone': ({ id, state, command }) => ({
    text: `실행 ${id}의 상태: ${state}. 실행 전에 있던 것이 클러스터에 더는 없습니다`,
    next: [`그 실행을 한 기기에서 되돌리거나 리비전을 고르십시오:  ${command}`],
  }),
  'pre-image.sealed': ({ path, recipients }) => ({
    text: `실행 전에 있던 것을 여는 키가 없습니다: ${path}`,
    lines: ['암호화 대상', ...recipients.map((recipient) => `  ${recipient}`), '클러스터에도 읽을 수 있는 사본이 없습니다.'],
    next: ['그중 하나의 개인 키 파일을 지정하십시오:  export SOPS_AGE_KEY_FILE=FILE', '또는 돌아갈 리비전을 고르십시오:  kubectl rollback history TYPE/NAME'],
  }),
  'pre-image.too-large': ({ bytes, limitBytes, namespace }) => ({
    text: `이 단계가 쓰려는 대상의 크기는 ${sizeText(bytes)}입니다. 네임스페이스 ${namespace}에는 다른 기기를 위해 ${sizeText(limitBytes)}까지만 보관합니다`,
    next: ['한 번에 더 적은 오브젝트를 변경하십시오', '또는 이 기기에만 보관하십시오:  --local-only'],
  }),
} satisfies Partial<ErrorMessages>;

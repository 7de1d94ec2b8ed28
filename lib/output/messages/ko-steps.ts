import { formatDuration } from '../../core/durations.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Step } from '../../run/plan.ts';
import type { Messages, StepText } from './messages.ts';
import { gapsOf, sizeText, word, words } from './phrases.ts';

function planStep(step: Step, target: string): StepText {
  const { params } = step;
  switch (step.kind) {
    case 'keep-evidence':
      return { verb: '보관', text: '되돌리면 사라지는 로그, 이벤트, 오브젝트' };
    case 'patch-template':
      return { verb: '패치', text: `${target} 템플릿` };
    case 'set-replicas':
      return { verb: '조절', text: `${target} 레플리카 ${word(params, 'from') ?? '?'} → ${word(params, 'to') ?? '?'}` };
    case 'restart':
      return { verb: '재시작', text: target };
    case 'wait-rollout':
      return { verb: '대기', text: `${target}의 파드가 ${word(params, 'hash') ?? '새 리비전'}` };
    case 'keep-objects':
      return { verb: '보관', text: '바뀌거나 삭제되는 모든 것의 안전 사본' };
    case 'write-objects':
      return { verb: '쓰기', text: `${countText(words(params, 'objects').length)}: ${words(params, 'kinds').join(', ')}` };
    default:
      return { verb: step.kind, text: target };
  }
}

const countText = (count: number) => `오브젝트 ${count}개`;

const stepNames: Record<string, string> = { 'keep-evidence': '증거', 'patch-template': '템플릿', 'set-replicas': '레플리카', restart: '재시작', 'wait-rollout': '파드', 'keep-objects': '안전 사본', 'write-objects': '오브젝트' };

/** 실행 중 단계의 이름 (what a kind of step is called while it runs). */
export function stepName(kind: string): string {
  return stepNames[kind] ?? kind;
}

function stepResult(step: Step, result: JsonObject): string {
  const generation = word(result, 'generation');
  switch (step.kind) {
    case 'keep-evidence':
      return ['보관됨', ...(typeof result['bytes'] === 'number' ? [sizeText(result['bytes'])] : []), ...gapsOf(result, '권한 없음:').map((gap) => `없는 것: ${gap}`)].join(', ');
    case 'patch-template':
    case 'restart':
      return generation === undefined ? '패치됨' : `패치됨, generation ${generation}`;
    case 'set-replicas':
      return `설정됨: ${word(step.params, 'to') ?? word(result, 'replicas') ?? '?'}`;
    case 'wait-rollout': {
      const tookMs = result['tookMs'];
      const left = words(result, 'leftAsTheyAre');
      const all = left.length === 0 ? '모두 그 리비전' : `그대로 둔 것 외에 모두 그 리비전 (OnDelete): ${left.join(', ')}`;
      return typeof tookMs === 'number' ? `${all}, ${formatDuration(tookMs)} 걸림` : all;
    }
    case 'keep-objects':
      return `${countText(Number(result['objects'] ?? 0))} 보관됨`;
    case 'write-objects': {
      const [written, already] = [Number(result['written'] ?? 0), Number(result['already'] ?? 0)];
      return `${countText(written)} 씀${already > 0 ? `, 이미 같음 ${already}개` : ''}`;
    }
    default:
      return '완료';
  }
}

function progress(code: string, params: JsonObject): string | undefined {
  const pod = word(params, 'pod') ?? '파드';
  const reason = word(params, 'reason');
  switch (code) {
    case 'pods':
      return undefined;
    case 'evicting':
      return `축출: ${pod}${reason === undefined ? '' : ` (${reason})`}, 배포를 막고 있음`;
    case 'evicted':
      return `축출됨: ${pod}, 새 파드를 기다리는 중`;
    case 'deleted':
      return `삭제됨: ${pod}, 새 파드를 기다리는 중`;
    case 'blocked-by-budget':
      return `지금은 축출할 수 없음: ${pod}, PodDisruptionBudget ${words(params, 'budgets').join(', ')}`;
    case 'objects-written':
      return `${word(params, 'done') ?? '?'} / ${word(params, 'total') ?? '?'}`;
    case 'unreachable':
      return `API 서버가 응답하지 않음 (${word(params, 'detail') ?? '이유 없음'}), 다시 시도하는 중`;
    case 'extended':
      return `더 기다림: ${word(params, 'why') ?? '아직 움직이는 것이 있음'}`;
    default:
      return code;
  }
}

/** 단계의 문장 (Korean sentences of what steps will do, do and did). */
export const steps: Pick<Messages, 'planStep' | 'runStep' | 'stepResult' | 'progress'> = { planStep, runStep: ({ kind }) => stepName(kind), stepResult, progress };

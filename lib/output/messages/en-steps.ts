import { formatDuration } from '../../core/durations.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Step } from '../../run/plan.ts';
import type { Messages, StepText } from './messages.ts';
import { gapsOf, listed, sizeText, word, words } from './phrases.ts';

function planStep(step: Step, target: string): StepText {
  const { params } = step;
  switch (step.kind) {
    case 'keep-evidence':
      return { verb: 'keep', text: 'logs, events and objects that the undo destroys' };
    case 'patch-template':
      return { verb: 'patch', text: `${target} template` };
    case 'set-replicas':
      return { verb: 'scale', text: `${target} from ${word(params, 'from') ?? '?'} to ${word(params, 'to') ?? '?'} replicas` };
    case 'restart':
      return { verb: 'restart', text: target };
    case 'wait-rollout':
      return { verb: 'wait', text: `pods of ${target} on ${word(params, 'hash') ?? 'the new revision'}` };
    case 'keep-objects':
      return { verb: 'keep', text: 'a safety copy of everything that is changed or deleted' };
    case 'write-objects':
      return { verb: 'write', text: `${countText(words(params, 'objects').length)}: ${words(params, 'kinds').join(', ')}` };
    default:
      return { verb: step.kind, text: target };
  }
}

const countText = (count: number) => `${count} ${count === 1 ? 'object' : 'objects'}`;

const stepNames: Record<string, string> = { 'keep-evidence': 'evidence', 'patch-template': 'template', 'set-replicas': 'replicas', restart: 'restart', 'wait-rollout': 'pods', 'keep-objects': 'safety copy', 'write-objects': 'objects' };

/** What a kind of step is called while it runs. */
export function stepName(kind: string): string {
  return stepNames[kind] ?? kind;
}

function stepResult(step: Step, result: JsonObject): string {
  const generation = word(result, 'generation');
  switch (step.kind) {
    case 'keep-evidence':
      return ['kept', ...(typeof result['bytes'] === 'number' ? [sizeText(result['bytes'])] : []), ...gapsOf(result, 'you may not').map((gap) => `without ${gap}`)].join(', ');
    case 'patch-template':
    case 'restart':
      return generation === undefined ? 'patched' : `patched, generation ${generation}`;
    case 'set-replicas':
      return `set to ${word(step.params, 'to') ?? word(result, 'replicas') ?? '?'}`;
    case 'wait-rollout': {
      const tookMs = result['tookMs'];
      const left = words(result, 'leftAsTheyAre');
      const all = left.length === 0 ? 'all on the revision' : `all on the revision but ${listed(left, 'and')}, which the update strategy leaves as ${left.length === 1 ? 'it is' : 'they are'}`;
      return typeof tookMs === 'number' ? `${all}, after ${formatDuration(tookMs)}` : all;
    }
    case 'keep-objects':
      return `${countText(Number(result['objects'] ?? 0))} kept`;
    case 'write-objects': {
      const [written, already] = [Number(result['written'] ?? 0), Number(result['already'] ?? 0)];
      return `${countText(written)} written${already > 0 ? `, ${already} were so already` : ''}`;
    }
    default:
      return 'done';
  }
}

function progress(code: string, params: JsonObject): string | undefined {
  const pod = word(params, 'pod') ?? 'a pod';
  const reason = word(params, 'reason');
  switch (code) {
    case 'pods':
      return undefined;
    case 'evicting':
      return `evicting ${pod}${reason === undefined ? '' : ` (${reason})`}: it blocks the roll-out`;
    case 'evicted':
      return `${pod} evicted, waiting for its successor`;
    case 'deleted':
      return `${pod} deleted, waiting for its successor`;
    case 'blocked-by-budget':
      return `${pod} cannot be evicted now: disruption budget ${words(params, 'budgets').join(', ')}`;
    case 'objects-written':
      return `${word(params, 'done') ?? '?'} of ${word(params, 'total') ?? '?'}`;
    case 'unreachable':
      return `the API server does not answer (${word(params, 'detail') ?? 'no reason'}); trying again`;
    case 'extended':
      return `waiting longer: ${word(params, 'why') ?? 'something still moves'}`;
    default:
      return code;
  }
}

/** English sentences of what steps will do, do and did. */
export const steps: Pick<Messages, 'planStep' | 'runStep' | 'stepResult' | 'progress'> = { planStep, runStep: ({ kind }) => stepName(kind), stepResult, progress };

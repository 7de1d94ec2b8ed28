import type { PodProgress, RunEvent } from '../run/events.ts';
import { displayName } from '../run/object-ref.ts';
import { isWorkloadTarget, isWritten } from '../run/plan.ts';
import type { Plan, Step } from '../run/plan.ts';
import type { Messages } from './messages/messages.ts';
import { oneLine, printableData } from './printable.ts';

export interface StepView {
  step: Step;
  name: string;
  state: 'waiting' | 'going' | 'done' | 'stopped';
  startedMs: number;
  /** What it brought, or what is going on right now. */
  detail: string;
  /** What the detail is about, so that it goes when it is no longer so. */
  about: { code: string; pod?: string } | undefined;
  pods: PodProgress[];
}

/** A run as it is drawn: made from events alone, so that it can be tested without a terminal. */
export interface ProgressView {
  title: string;
  runId: string;
  steps: StepView[];
}

/** The view before the first event: every step waits. */
export function startView(plan: Plan, messages: Messages): ProgressView {
  const [first] = plan.targets;
  const names = plan.targets.filter((target) => isWritten(target) || isWorkloadTarget(target)).map(({ object }) => displayName(object));
  const revision = plan.targets.length === 1 && first !== undefined && isWorkloadTarget(first) ? messages.plan.revision(first.to.number, first.to.hash) : undefined;
  const severalTargets = plan.targets.length > 1;
  const steps = printableData(plan.steps).map((step): StepView => {
    const name = messages.runStep(step) + (severalTargets && step.target !== undefined ? ` ${step.target.name}` : '');
    return { step, name, state: 'waiting', startedMs: 0, detail: '', about: undefined, pods: [] };
  });
  return { title: messages.run.heading(printableData(names), revision), runId: '', steps };
}

/** The view after an event. */
export function applyEvent(view: ProgressView, untrusted: RunEvent, messages: Messages, nowMs: number): ProgressView {
  const event = printableData(untrusted);
  switch (event.type) {
    case 'run-started':
      return { ...view, runId: event.runId };
    case 'step-started':
      return change(view, event.step, () => ({ state: 'going', startedMs: nowMs, detail: '' }));
    case 'step-progress':
      return change(view, event.step, (step) => ({ ...detailAfter(step, event, messages), pods: event.pods ?? step.pods }));
    case 'step-done': {
      const result = messages.stepResult(event.step, event.result);
      return change(view, event.step, () => ({ state: 'done', detail: event.already ? messages.run.already : result, pods: [] }));
    }
    case 'run-finished':
      return view;
  }
}

type ProgressEvent = Extract<RunEvent, { type: 'step-progress' }>;

function detailAfter(step: StepView, { code, params, pods }: ProgressEvent, messages: Messages): Pick<StepView, 'detail' | 'about'> {
  const text = messages.progress(code, params);
  if (text !== undefined) return { detail: oneLine(text), about: typeof params['pod'] === 'string' ? { code, pod: params['pod'] } : { code } };
  const { detail, about } = step;
  const isOver = about?.code === 'unreachable' || pods?.some(({ name, state }) => name === about?.pod && (state === 'ready' || state === 'stable'));
  return isOver ? { detail: '', about: undefined } : { detail, about };
}

function change(view: ProgressView, step: Step, make: (before: StepView) => Partial<StepView>): ProgressView {
  return { ...view, steps: view.steps.map((before) => (before.step.id === step.id ? { ...before, ...make(before) } : before)) };
}

/** One pod in words: its revision and its state, Kubernetes' own reason where there is one. */
export function podText(pod: PodProgress, messages: Messages): string {
  // How long a pod of an old revision has been Ready decides nothing.
  const key = pod.state === 'ready' && pod.revision === 'other' ? 'stable' : pod.state;
  const state = messages.run.podState[key] ?? key;
  return [pod.reason ?? state, pod.revision === 'other' ? messages.run.oldRevision : ''].filter((part) => part !== '').join('   ');
}

/** The view of a run that ended: a step that was going on is marked, so that no symbol says it still goes. */
export function endView(view: ProgressView): ProgressView {
  return { ...view, steps: view.steps.map((step) => (step.state === 'going' ? { ...step, state: 'stopped' } : step)) };
}

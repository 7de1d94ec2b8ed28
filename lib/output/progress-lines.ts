import type { OutputStream } from '../core/context.ts';
import type { EmitRunEvent, PodProgress, RunEvent } from '../run/events.ts';
import type { Plan } from '../run/plan.ts';
import type { Messages } from './messages/messages.ts';
import { applyEvent, podText, startView, type ProgressView, type StepView } from './progress-view.ts';

/** Shows a run while it goes on. `stop` waits until everything is written. */
export interface Progress {
  emit: EmitRunEvent;
  /** A line of its own that stays. */
  say(line: string): void;
  stop(): Promise<void>;
}

export interface ProgressInput {
  plan: Plan;
  messages: Messages;
  stream: OutputStream;
  now(): Date;
}

/** Progress where there is no terminal: one plain line an event, and nothing that was said already. */
export function showLines({ plan, messages, stream, now }: ProgressInput): Progress {
  let view = startView(plan, messages);
  let written = Promise.resolve();
  return {
    emit(event) {
      const before = view;
      view = applyEvent(view, event, messages, now().getTime());
      for (const line of linesOf(event, before, view, messages)) written = written.then(() => stream.write(`${line}\n`));
    },
    say(line) {
      written = written.then(() => stream.write(`${line}\n`));
    },
    stop: () => written,
  };
}

function linesOf(event: RunEvent, before: ProgressView, after: ProgressView, messages: Messages): string[] {
  if (event.type === 'run-started') return [`${messages.run.run} ${after.runId}: ${after.title}`];
  if (event.type === 'run-finished') return [];
  const step = after.steps.find((candidate) => candidate.step.id === event.step.id);
  const earlier = before.steps.find((candidate) => candidate.step.id === event.step.id);
  if (step === undefined || earlier === undefined) return [];
  if (event.type === 'step-started') return [];
  if (event.type === 'step-done') return [`${step.name}: ${step.detail}`];
  if (event.pods !== undefined) return changedPods(step, earlier.pods, messages);
  return step.detail === earlier.detail ? [] : [`${step.name}: ${step.detail}`];
}

function changedPods(step: StepView, before: readonly PodProgress[], messages: Messages): string[] {
  const earlier = new Map(before.map((pod) => [pod.name, podText(pod, messages)]));
  return step.pods.filter((pod) => earlier.get(pod.name) !== podText(pod, messages)).map((pod) => `${step.name}: ${pod.name} ${podText(pod, messages)}`);
}

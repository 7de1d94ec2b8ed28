import { formatDuration } from '../core/durations.ts';
import { displayName } from '../run/object-ref.ts';
import { padTo, widthOf, wrapWords } from './lines.ts';
import { noteText } from './plan-notes.ts';
import type { PlanView } from './plan-view.ts';

/** The steps of a plan, numbered: a verb, its object, and how far the server's dry run went. */
export function renderSteps({ plan, messages, style, now }: PlanView): string[] {
  const dryRun = plan.notes.find(({ code }) => code === 'dry-run');
  const verbs = plan.steps.map((step) => messages.planStep(step, '').verb);
  const verbWidth = Math.max(...verbs.map(widthOf)) + 3;
  return plan.steps.flatMap((step, at) => {
    const { verb, text } = messages.planStep(step, step.target === undefined ? '' : displayName(step.target));
    const details = [text];
    if (step.kind === 'patch-template' && dryRun !== undefined) details.push(`(${messages.plan.dryRun(noteText(dryRun, messages, now).text)})`);
    if (step.kind === 'wait-rollout') details[0] += messages.plan.waitLimits(formatDuration(plan.options.stableForMs), formatDuration(plan.options.timeoutMs));
    const label = `  ${at + 1} ${padTo(verb, verbWidth)}`;
    const room = style.columns === undefined ? undefined : style.columns - widthOf(label);
    return wrapWords(details.join('   '), room).map((line, lineAt) => (lineAt === 0 ? label : ' '.repeat(widthOf(label))) + line);
  });
}

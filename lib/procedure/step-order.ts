import type { Step } from '../run/plan.ts';
import { keepsOnly } from '../run/record.ts';

/** Evidence of every target is kept before the first is changed; after that each target is done before the next begins. */
export function orderSteps(perTarget: Step[][]): Step[] {
  const isEvidence = (step: Step) => keepsOnly(step);
  return [...perTarget.flatMap((steps) => steps.filter(isEvidence)), ...perTarget.flatMap((steps) => steps.filter((step) => !isEvidence(step)))];
}

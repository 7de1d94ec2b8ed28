import type { StepKind } from '../../run/step-kind.ts';
import { keepObjects } from './steps/keep-objects.ts';
import { writeObjects } from './steps/write-objects.ts';

/** What this layer does: a safety copy, then one wave after the other. */
export const objectSteps: readonly StepKind[] = [keepObjects, writeObjects];

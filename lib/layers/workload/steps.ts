import type { StepKind } from '../../run/step-kind.ts';
import { patchTemplate } from './steps/patch-template.ts';
import { restart } from './steps/restart.ts';
import { setReplicas } from './steps/set-replicas.ts';

/** What this layer can do to a cluster. Evidence and waiting are shared by all layers (lib/run). */
export const workloadSteps: readonly StepKind[] = [patchTemplate, setReplicas, restart];

/** Steps that write to the target itself: what an owner would put back. */
export const writingStepKinds: readonly string[] = workloadSteps.map(({ kind }) => kind);

import type { JsonObject } from './json.ts';

/** A code with its parameters; the sentence is made in lib/output. */
export interface Reason {
  code: string;
  params: JsonObject;
}

/** Parameters of what can go wrong when a snapshot is restored. */
export interface RestoreErrorParams {
  'snapshot.other-cluster': { id: string; snapshotContext: string; snapshotServer: string; server: string };
  'snapshot.incomplete': { id: string; gaps: string[] };
  /** `done`: the others were written. */
  'restore.refused': { refused: { target: string; reason: Reason }[]; done: boolean };
  'usage.one-namespace': { namespaces: string[] };
  'usage.namespace-exists': { name: string };
}

export const restoreExitCodes = {
  'snapshot.other-cluster': 4,
  'snapshot.incomplete': 5,
  'restore.refused': 5,
  'usage.one-namespace': 2,
  'usage.namespace-exists': 2,
} as const satisfies Record<keyof RestoreErrorParams, number>;

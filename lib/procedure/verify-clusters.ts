import { finding } from '../checks/finding.ts';
import type { CheckResult } from '../checks/check.ts';
import type { Context } from '../core/context.ts';
import { exitCodes, RetraceError } from '../core/errors.ts';
import type { ExitCode } from '../core/errors.ts';
import { conclude } from './verify.ts';
import type { Verification } from './verify.ts';

/** One of several clusters: its name as it was chosen, and how to look at it. */
export interface ClusterLook {
  name: string;
  look(): Promise<Verification>;
}

/** Stands in the place of all checks where a cluster could not be looked at. */
export const connectionCheck = 'connection';

/**
 * Looks at all clusters at once: a slow one delays no other. One that cannot be looked at is inconclusive by its name.
 * @param onSeen told of each as soon as it is decided
 * @returns in the order of `looks`
 */
export function verifyClusters(looks: readonly ClusterLook[], context: Context, onSeen: (seen: Verification) => void): Promise<Verification[]> {
  return Promise.all(
    looks.map(async (one) => {
      const seen = await lookOrTell(one, context);
      onSeen(seen);
      return seen;
    }),
  );
}

/** A look at a cluster that may be out of reach. @throws what is no expected failure, and anything once Ctrl-C was pressed */
export async function lookOrTell({ name, look }: ClusterLook, context: Context): Promise<Verification> {
  try {
    const seen = await look();
    return { ...seen, cluster: { ...seen.cluster, name } };
  } catch (error) {
    if (!(error instanceof RetraceError) || context.signal.aborted) throw error;
    return unseen(name, error, context);
  }
}

/** What is said of a cluster that could not be looked at: one check of the way there, which always decides. */
function unseen(name: string, { code, params }: RetraceError, context: Context): Verification {
  const server = 'server' in params && typeof params.server === 'string' ? params.server : '';
  const result: CheckResult = { check: connectionCheck, verdict: 'inconclusive', gating: true, findings: [finding('not-observed', 'inconclusive', { code, params })] };
  return conclude([result], { namespaces: undefined }, { name, contextName: '', server, uid: undefined }, context.now().toISOString());
}

/** Over all clusters as over the checks of one: fail before inconclusive before pending. */
export function exitCodeOfAll(seen: readonly Pick<Verification, 'exitCode'>[]): ExitCode {
  const { gateFailed, inconclusive, notFinished, ok } = exitCodes;
  return [gateFailed, inconclusive, notFinished].find((code) => seen.some(({ exitCode }) => exitCode === code)) ?? ok;
}

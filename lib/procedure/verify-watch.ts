import type { Context } from '../core/context.ts';
import { sleep } from '../core/time.ts';
import type { Verification } from './verify.ts';
import { lookOrTell } from './verify-clusters.ts';
import type { ClusterLook } from './verify-clusters.ts';

/**
 * Looks at a cluster again and again until Ctrl-C, which is how it ends: without an error. A cluster that goes out of reach is
 * inconclusive until it is back.
 */
export async function watchCluster(one: ClusterLook, everyMs: number, context: Context, onSeen: (seen: Verification) => void): Promise<void> {
  while (!context.signal.aborted) {
    try {
      onSeen(await lookOrTell(one, context));
    } catch (error) {
      // A request that Ctrl-C has cut off ends in whatever its library throws.
      if (!context.signal.aborted) throw error;
    }
    await sleep(everyMs, context.signal);
  }
}

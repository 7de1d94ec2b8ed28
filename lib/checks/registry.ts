import { alerts } from './alerts.ts';
import type { AnyCheck } from './check.ts';
import { config } from './config.ts';
import { continuity } from './continuity/continuity.ts';
import { pods } from './pods.ts';
import { pvc } from './pvc.ts';
import { query } from './query.ts';
import { receive } from './receive.ts';
import { drained, remoteWrite } from './remote-write.ts';
import { resources } from './resources.ts';
import { rollout } from './rollout.ts';

/** Every check, in the order in which a person reads them: what everything else stands on first. One line a check. */
export const checks: readonly AnyCheck[] = [pods, rollout, resources, pvc, config, query, remoteWrite, drained, receive, continuity, alerts];

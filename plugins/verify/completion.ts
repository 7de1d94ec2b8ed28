import { checks } from '../../lib/checks/registry.ts';
import { offerClusterFlag } from '../../lib/cli/completion-cluster.ts';
import type { Completer } from '../../lib/cli/completion-offer.ts';
import { listClusterGroups } from '../../lib/kube/cluster-choice.ts';
import { listRuns } from '../../lib/run/run-store.ts';

/** Names of checks, and runs of this machine. Loaded only for a TAB. */
export const complete: Completer = async ({ command, flag }, args, env) => {
  if (flag === 'gate' || flag === 'check' || flag === 'explain') return { choices: checks.map(({ name }) => ({ value: name, describe: env.messages.checks.rule[name] ?? '' })), keepOrder: true };
  if (flag === 'run') return { choices: (await listRuns(env.context)).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1)).map(({ id }) => ({ value: id })), keepOrder: true };
  if (flag === 'clusters') return { choices: (await listClusterGroups(env.context)).map((value) => ({ value })), keepOrder: true };
  if (flag !== undefined) return offerClusterFlag(flag, args, env);
  return command === 'completion' && args.words.length === 0 ? { choices: [{ value: 'install' }] } : undefined;
};

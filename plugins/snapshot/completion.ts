import { offerClusterFlag } from '../../lib/cli/completion-cluster.ts';
import type { Completer, Offer } from '../../lib/cli/completion-offer.ts';
import { openSafetyCopies } from '../../lib/run/safety-copies.ts';
import { openRepository } from '../../lib/snapshot/open-repository.ts';
import { newestFirst } from './listed.ts';

/** Commands that take one snapshot, and those that take any number of them. */
const takesOne = ['show', 'restore', 'export'];
const takesMany = ['check', 'diff'];

/** What the place of the snapshots has to offer. Loaded only for a TAB. */
export const complete: Completer = async ({ command, flag }, args, env) => {
  if (flag !== undefined) return offerClusterFlag(flag, args, env);
  if (command === undefined) return undefined;
  if (command === 'completion') return args.words.length === 0 ? { choices: [{ value: 'install' }] } : undefined;
  if (command === 'key') return args.words.length === 0 ? { choices: ['show', 'add-recipient', 'export'].map((value) => ({ value })) } : { choices: [], ...(args.words[0] === 'export' ? { files: true } : {}) };
  const mayTake = takesMany.includes(command) || (takesOne.includes(command) && args.words.length === 0);
  return mayTake ? offerSnapshots() : undefined;

  async function offerSnapshots(): Promise<Offer> {
    const repository = await openRepository(args['repo'] as string | undefined, env.context, args['repoConfig'] as string | undefined);
    const { snapshot: labels } = env.messages;
    const found = newestFirst([...(await repository.list()), ...(await openSafetyCopies(env.context).list())]).filter(({ id }) => !args.words.includes(id));
    return {
      choices: found.map(({ id, manifest }) => ({
        value: id,
        describe: manifest === undefined ? labels.unreadable : `${manifest.cluster.name ?? manifest.cluster.contextName} / ${labels.scope(manifest.scope)}, ${labels.state(manifest)}`,
      })),
      keepOrder: true,
    };
  }
};

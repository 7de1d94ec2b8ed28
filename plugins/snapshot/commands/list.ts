import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { repositoryFlags } from '../../../lib/cli/repository-flags.ts';
import { safetyCopyFlags } from '../../../lib/cli/safety-copy-flags.ts';

export const list = defineCommand({
  name: 'list',
  summary: 'Snapshots of a place, newest first: cluster, scope, whether they are complete',
  details: 'Reads the beginning of each file alone; whether every byte is still as it was written, kubectl snapshot check tells.',
  flags: { ...safetyCopyFlags, ...repositoryFlags, ...outputFlags, ...commonFlags },
  examples: [
    { describe: 'What is there to go back to?', command: 'kubectl snapshot list' },
    { describe: "Those of the team's bucket", command: 'kubectl snapshot list --repo=s3://backup/retrace --repo-config=objstore.yml' },
  ],
  exclusive: [['safety', 'repo'], ['safety', 'repoConfig']],
  exitCodes: [4, 5, 10, 11],
  async run(args, env) {
    const [{ openPlace }, { listOf }, { print, say }, { renderSnapshots }, { describeListed, newestFirst }] = await Promise.all([
      import('../../../lib/cli/open-place.ts'),
      import('../../../lib/output/document.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/output/snapshots.ts'),
      import('../listed.ts'),
    ]);
    const repository = await openPlace(args, env.context);
    const found = newestFirst(await repository.list());
    const isForPeople = args.output === 'table' || args.output === 'wide';
    const isOfRuns = args.safety && isForPeople;
    if (found.length === 0 && isForPeople) await say(env.messages.snapshot.none(repository.place), env);
    else await print(
      {
        document: listOf('Snapshot', found.map(describeListed)),
        names: found.map(({ id }) => id),
        table: () => renderSnapshots(found, env.messages, env.outStyle, env.context.now()),
      },
      args.output,
      env,
    );
    if (isOfRuns) await say(env.messages.snapshot.onlyThisMachine, env);
  },
});

import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { identityFlags, repositoryFlags } from '../../../lib/cli/repository-flags.ts';
import { snapshotId } from '../snapshot-positional.ts';

export const show = defineCommand({
  name: 'show',
  summary: 'One snapshot: when and of what it was taken, what it holds, what it lacks, who can open it',
  details: 'Reads all of the file, and refuses one in which a byte has changed. No value of a Secret is shown.',
  positional: snapshotId,
  flags: { ...repositoryFlags, ...identityFlags, ...outputFlags, ...commonFlags },
  examples: [{ describe: 'What is in it?', command: 'kubectl snapshot show s-20261122-0250' }],
  exitCodes: [4, 5, 10, 11],
  async run(args, env) {
    const [{ openPlace }, { parseSnapshot }, { print }, { renderSnapshot }] = await Promise.all([
      import('../../../lib/cli/open-place.ts'),
      import('../../../lib/snapshot/file/parse.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/output/snapshots.ts'),
    ]);
    const id = args.words[0]!;
    const repository = await openPlace(args, env.context, id);
    const bytes = await repository.read(id);
    const manifest = { ...parseSnapshot(bytes, id).manifest, id };
    await print(
      { document: { ...manifest, bytes: bytes.length }, names: [id], table: () => renderSnapshot(manifest, repository.place, env.messages, env.outStyle, env.context.now()) },
      args.output,
      env,
    );
  },
});

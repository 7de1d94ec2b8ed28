import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { identityFlags, repositoryFlags } from '../../../lib/cli/repository-flags.ts';
import { safetyCopyFlags } from '../../../lib/cli/safety-copy-flags.ts';
import { isError, RetraceError } from '../../../lib/core/errors.ts';
import type { CheckedSnapshot } from '../../../lib/snapshot/check.ts';

export const check = defineCommand({
  name: 'check',
  summary: 'Read every byte of snapshots, and open their Secrets with the keys at hand; all of a place without an ID',
  details: 'Ends with 11 when one of them is damaged, cannot be read, or does not open with the key that --identity names. Without that flag a key that is not at hand is told, and is no failure. What the objects refer to and the snapshot does not hold is named.',
  positional: { name: 'ID', required: false, many: true, describe: 'As kubectl snapshot list shows it; all of them when none is given' },
  flags: { ...safetyCopyFlags, ...identityFlags, ...repositoryFlags, ...outputFlags, ...commonFlags },
  examples: [
    { describe: 'Can all of them be used?', command: 'kubectl snapshot check' },
    { describe: 'With the key of the team, in the bucket', command: 'kubectl snapshot check --identity=team.txt --repo=s3://backup/retrace' },
  ],
  exclusive: [['safety', 'repo'], ['safety', 'repoConfig']],
  exitCodes: [4, 5, 10, 11],
  async run(args, env) {
    const [{ openPlace }, { checkSnapshot }, { readIdentities }, { atMost }, { listOf }, { print, say }, { renderChecks }, { describeFailure }] = await Promise.all([
      import('../../../lib/cli/open-place.ts'),
      import('../../../lib/snapshot/check.ts'),
      import('../../../lib/snapshot/identity.ts'),
      import('../../../lib/core/at-most.ts'),
      import('../../../lib/output/document.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/output/snapshots.ts'),
      import('../../../lib/output/failure.ts'),
    ]);
    const repository = await openPlace(args, env.context);
    const identities = await readIdentities(args.identity, env.context).catch((error: unknown) => {
      if (args.identity === undefined && isError(error, 'identity.missing')) return [];
      throw error;
    });
    const ids = args.words.length > 0 ? [...new Set(args.words)] : (await repository.list()).map(({ id }) => id);
    // Whole files are in memory: a few at once.
    const checked = await atMost(4, ids, (id) => checkSnapshot(id, repository, identities));
    const isForPeople = args.output === 'table' || args.output === 'wide';
    if (checked.length === 0 && isForPeople) return say(env.messages.snapshot.none(repository.place), env);
    await print(
      { document: listOf('SnapshotCheck', checked.map(describe)), names: checked.map(({ id }) => id), table: () => renderChecks(checked, env.messages, env.outStyle) },
      args.output,
      env,
    );
    const isFailed = ({ result, sealed }: CheckedSnapshot) => result !== 'ok' || (sealed === 'unopened' && args.identity !== undefined);
    const failed = checked.filter(isFailed).map(({ id }) => id);
    if (failed.length > 0) throw new RetraceError('snapshot.check-failed', { ids: failed, checked: checked.length });

    function describe({ id, result, bytes, manifest, sealed, dangling, failure }: CheckedSnapshot): object {
      const found = manifest === undefined ? {} : { complete: manifest.complete, objects: manifest.counts.objects, recipients: manifest.recipients };
      return { apiVersion: 'retrace/v1', kind: 'SnapshotCheck', id, result, bytes, sealed, ...found, ...(dangling === undefined ? {} : { dangling }), ...(failure === undefined ? {} : { error: describeFailure(failure) }) };
    }
  },
});

import { formatCommandLine } from '../../../lib/cli/command-line.ts';
import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, dryRunFlags, outputFlags, safetyFlags } from '../../../lib/cli/kubectl-flags.ts';
import { repositoryFlags } from '../../../lib/cli/repository-flags.ts';
import { safetyCopyFlags } from '../../../lib/cli/safety-copy-flags.ts';
import { isError, RetraceError } from '../../../lib/core/errors.ts';
import { keepFlags, readPolicy } from '../keep-flags.ts';

export const prune = defineCommand({
  name: 'prune',
  summary: 'Remove old snapshots by rules of what to keep; shows what stays and why, and asks',
  details:
    'Rules count within snapshots of one cluster and one scope, and are added up. The newest complete one always stays. What a run keeps stays while the run can be resumed or reverted. ' +
    'A file that cannot be read stops everything.',
  flags: {
    ...keepFlags,
    ignoreUnreadable: { group: 'Safety', describe: 'Leave files alone that cannot be read, and go on with the others' },
    ...safetyCopyFlags,
    ...repositoryFlags,
    ...dryRunFlags,
    yes: safetyFlags.yes,
    noInput: safetyFlags.noInput,
    ...outputFlags,
    ...commonFlags,
  },
  examples: [
    { describe: 'What would go?', command: 'kubectl snapshot prune --keep-daily=14 --keep-monthly=12 --dry-run=client' },
    { describe: 'What runs kept that are closed or reverted', command: 'kubectl snapshot prune --safety' },
    { describe: 'In a CronJob', command: 'kubectl snapshot prune --keep-within=30d --keep-tag=verified=good --yes' },
  ],
  exclusive: [['safety', 'repo'], ['safety', 'repoConfig']],
  beginsChange: true,
  exitCodes: [4, 5, 10, 11, 130],
  async run(args, env) {
    const [{ openPlace }, { isEmptyPolicy, judgeSnapshots }, { readRunLives }, { confirmQuestion, requireSomebodyToAsk }, { print, say }, { renderPrune, totalSizeText }] = await Promise.all([
      import('../../../lib/cli/open-place.ts'),
      import('../../../lib/snapshot/retention.ts'),
      import('../run-lives.ts'),
      import('../../../lib/cli/prompts.ts'),
      import('../../../lib/cli/print.ts'),
      import('../../../lib/output/snapshots.ts'),
    ]);
    const policy = readPolicy(args);
    // A run's copies have a rule of their own.
    if (!args.safety && isEmptyPolicy(policy)) throw new RetraceError('prune.empty-policy', { command: 'kubectl snapshot prune' });
    const isDryRun = args.dryRun !== 'none';
    const withYes = formatCommandLine({ start: 'kubectl snapshot prune', words: env.words, flags: env.command.flags, given: env.given, without: ['yes', 'noInput'], add: ['--yes'] });
    const answers = { yes: args.yes, noInput: args.noInput, confirm: undefined };
    if (!isDryRun) requireSomebodyToAsk(answers, env, withYes);
    const repository = await openPlace(args, env.context);
    const found = await repository.list();
    const unreadable = found.filter(({ manifest }) => manifest === undefined).map(({ id }) => id);
    // What cannot be read may be the one that a rule keeps.
    if (unreadable.length > 0 && !args.ignoreUnreadable) throw new RetraceError('prune.unreadable', { place: repository.place, ids: unreadable });
    const lifeOf = await readRunLives(env.context);
    // Under the name of the file: a copy of a file is one more snapshot.
    const groups = judgeSnapshots(found.flatMap(({ id, manifest }) => (manifest === undefined ? [] : [{ ...manifest, id }])), policy, env.context.now(), lifeOf);
    const goIds = new Set(groups.flatMap(({ snapshots }) => snapshots.filter(({ because }) => because.length === 0).map(({ manifest }) => manifest.id)));
    const going = found.filter(({ id }) => goIds.has(id));
    const labels = env.messages.snapshot;
    const document = () => ({
      apiVersion: 'retrace/v1',
      kind: 'SnapshotPrune',
      place: repository.place,
      dryRun: isDryRun,
      unreadable,
      groups: groups.map(({ cluster, scope, areSecretsOmitted, snapshots }) => ({ cluster, scope, areSecretsOmitted, snapshots: snapshots.map(({ manifest, because }) => ({ id: manifest.id, startedAt: manifest.startedAt, action: because.length > 0 ? 'keep' : 'remove', because })) })),
    });
    const show = () => print({ document: document(), names: [...goIds], table: () => renderPrune(groups, env.messages, env.outStyle, env.context.now()) }, args.output, env);
    if (isDryRun || going.length === 0) {
      await show();
      return say(going.length === 0 ? labels.nothingToRemove : labels.wouldRemove(going.length, totalSizeText(going)), env);
    }
    if (!args.yes) await say(renderPrune(groups, env.messages, env.errStyle, env.context.now()), env);
    await confirmQuestion(labels.askRemove(going.length, totalSizeText(going), repository.place), answers, env, withYes);
    for (const { id } of going) {
      env.context.signal.throwIfAborted();
      // Somebody else prunes too.
      await repository.remove(id).catch((error: unknown) => {
        if (!isError(error, 'snapshot.not-found')) throw error;
      });
    }
    await show();
    await say(labels.removed(going.length, totalSizeText(going)), env);
  },
});

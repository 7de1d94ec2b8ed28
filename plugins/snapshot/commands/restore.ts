import { flagsForHints } from '../../../lib/cli/command-line.ts';
import { defineCommand } from '../../../lib/cli/define-command.ts';
import type { ArgsOf } from '../../../lib/cli/define-command.ts';
import type { CommandEnvironment } from '../../../lib/cli/environment.ts';
import type { FlagTable } from '../../../lib/cli/flag.ts';
import { choice, text } from '../../../lib/cli/flag-values.ts';
import { clusterFlags, commonFlags, dryRunFlags, outputFlags, recordFlags, safetyFlags } from '../../../lib/cli/kubectl-flags.ts';
import { identityFlags, repositoryFlags } from '../../../lib/cli/repository-flags.ts';
import { shareFlags } from '../../../lib/cli/share-flags.ts';
import { restartFlag, waitFlags } from '../../../lib/cli/wait-flags.ts';
import { RetraceError } from '../../../lib/core/errors.ts';
import { redactText } from '../../../lib/core/redaction.ts';
import type { ErrorParams } from '../../../lib/core/errors.ts';
import type { Connection } from '../../../lib/kube/types.ts';
import type { RestorePlan, RestoreRequest } from '../../../lib/procedure/restore.ts';
import type { Plan } from '../../../lib/run/plan.ts';

const restoreFlags = {
  deleteAdded: { group: 'Going back', describe: 'Delete what was added since; never a namespace, a claim, a volume or a CRD' },
  asNewNamespace: { group: 'Going back', value: text('NAME'), describe: 'Bring the objects of one namespace into a new one, with addresses of their own and nobody above them' },
  toOtherCluster: { group: 'Going back', describe: 'Restore into another cluster than the one that the snapshot is of' },
  incomplete: { group: 'Going back', describe: 'Restore from a snapshot that lacks something' },
  secrets: { group: 'Going back', value: choice('restore', 'skip'), fallback: 'restore', describe: 'What to do with what holds credentials; skip needs no key' },
  withoutHold: { group: 'Going back', describe: 'Write also what an owner (Helm, Argo CD, Flux) will put back' },
  ...restartFlag,
  ...waitFlags,
} as const satisfies FlagTable;

const flags = { ...restoreFlags, ...repositoryFlags, ...identityFlags, ...shareFlags, ...recordFlags, ...dryRunFlags, ...safetyFlags, ...outputFlags, ...commonFlags, ...clusterFlags } as const;
type RestoreArgs = ArgsOf<typeof flags>;

export const restore = defineCommand({
  name: 'restore',
  summary: 'Go back to a snapshot: plan, ask, keep a safety copy, write in the order of what needs what',
  details:
    'What differs is put back whole, what is missing is made, what cannot be changed is deleted and made again. What a controller makes is left to it, and what Helm, Argo CD or Flux ' +
    'writes is refused without --without-hold. Every write is tried on the server before the question. Roll-outs of workloads that change are awaited and repaired; who reads a changed ConfigMap or Secret only at its start is named, and restarted with --restart=auto. The run goes on with kubectl rollback resume and is taken back with kubectl rollback revert.',
  positional: { name: 'ID [TYPE/NAME…]', required: true, many: true, describe: 'The snapshot, and which of its objects: cm/rules, secret/objstore, or all' },
  flags,
  beginsChange: true,
  examples: [
    { describe: 'What would it change?', command: 'kubectl snapshot restore s-20261122-0250 --dry-run=server' },
    { describe: 'One ConfigMap', command: 'kubectl snapshot restore s-20261122-0250 cm/thanos-receive-hashring -n monitoring' },
    { describe: 'A copy of the namespace, to look at', command: 'kubectl snapshot restore s-20261122-0250 -n monitoring --as-new-namespace=monitoring-copy' },
  ],
  exitCodes: [4, 5, 6, 7, 8, 10, 11, 130],
  async run(args, env) {
    const [id = ''] = args.words;
    const [{ withConnection, serverNow }, { nextCommandLine, printPlan }, { agreeAndCarryOut }, { requireSomebodyToAsk }, { planWithRestarts }] = await Promise.all([
      import('../../../lib/cli/connection.ts'),
      import('../../../lib/cli/show-plan.ts'),
      import('../../../lib/cli/agree.ts'),
      import('../../../lib/cli/prompts.ts'),
      import('../../../lib/cli/ask-restarts.ts'),
    ]);
    const isDryRun = args.dryRun !== 'none';
    const withYes = nextCommandLine('restore', env, ['--yes']);
    if (!isDryRun) requireSomebodyToAsk(args, env, withYes);
    await withConnection(args, env, async (connection) => {
      const make = await openSnapshot(id, args, env, connection);
      const { plan, wanted } = await planWithRestarts(args, env, make);
      if (isDryRun) return printPlan(plan, serverNow(connection, env), nextCommandLine('restore', env), args, env);
      const done = plan.steps.length > 0;
      await agreeAndCarryOut(plan, connection, { ...args, wanted }, env, withYes);
      const refused = await refusedOf(plan);
      if (refused.length > 0) throw new RetraceError('restore.refused', { refused, done });
    });
  },
});

/** Reads the snapshot, and gives what makes the plan from it. */
async function openSnapshot(id: string, args: RestoreArgs, env: CommandEnvironment, connection: Connection): Promise<(restart: 'auto' | 'never') => Promise<RestorePlan>> {
  const [{ openPlace }, { parseSnapshot }, { planRestore }] = await Promise.all([
    import('../../../lib/cli/open-place.ts'),
    import('../../../lib/snapshot/file/parse.ts'),
    import('../../../lib/procedure/restore.ts'),
  ]);
  const repository = await openPlace(args, env.context, id);
  const content = parseSnapshot(await repository.read(id), id);
  return (restart) => planRestore(content, { id, place: repository.place }, { ...readRequest(args, env), restart }, connection, env.context);
}

function readRequest(args: RestoreArgs, env: CommandEnvironment): Omit<RestoreRequest, 'restart'> {
  return {
    targets: args.words.slice(1),
    namespace: args.namespace,
    deleteAdded: args.deleteAdded,
    asNewNamespace: args.asNewNamespace,
    toOtherCluster: args.toOtherCluster,
    incomplete: args.incomplete,
    withoutSecrets: args.secrets === 'skip',
    withoutHold: args.withoutHold,
    isTried: args.dryRun !== 'client',
    flagsForHints: flagsForHints(env),
    async identities() {
      const { readIdentities } = await import('../../../lib/snapshot/identity.ts');
      return readIdentities(args.identity, env.context);
    },
    options: {
      stableForMs: args.stableFor,
      stuckAfterMs: args.stuckAfter,
      stuckPods: args.stuckPods,
      timeoutMs: args.timeout,
      ...(args.localOnly ? { localOnly: true } : {}),
      ...(args.reason === undefined ? {} : { reason: redactText(args.reason) }),
      ...(args.ticket === undefined ? {} : { ticket: redactText(args.ticket) }),
    },
  };
}

async function refusedOf({ targets }: Plan): Promise<ErrorParams['restore.refused']['refused']> {
  const { displayName } = await import('../../../lib/run/object-ref.ts');
  return targets.flatMap((target) => (target.layer === 'object' && target.verb === 'refuse' && target.because ? [{ target: displayName(target.object), reason: target.because }] : []));
}

import { flagsForHints } from '../../lib/cli/command-line.ts';
import type { ArgsOf, PositionalSpec } from '../../lib/cli/define-command.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import type { FlagTable } from '../../lib/cli/flag.ts';
import { readWholeNumber, text, wholeNumber, type FlagValue } from '../../lib/cli/flag-values.ts';
import { identityFlags, repositoryFlags } from '../../lib/cli/repository-flags.ts';
import { clusterFlags, recordFlags } from '../../lib/cli/kubectl-flags.ts';
import { RetraceError } from '../../lib/core/errors.ts';
import { redactText } from '../../lib/core/redaction.ts';
import type { Connection } from '../../lib/kube/types.ts';
import { readStateChoice } from '../../lib/layers/object/candidates.ts';
import type { RevisionChoice } from '../../lib/layers/workload/choose.ts';
import type { UndoRequest } from '../../lib/procedure/requests.ts';
import { localOnlyFlag } from '../../lib/cli/share-flags.ts';
import { restartFlag, waitFlags } from '../../lib/cli/wait-flags.ts';

const replicas: FlagValue<number | 'previous'> = {
  placeholder: 'N|previous',
  expected: 'a whole number, as 3, or previous',
  choices: ['previous'],
  read: (value) => (value === 'previous' ? value : readWholeNumber(value)),
};

/** Flags that `plan` and `undo` share. */
export const undoFlags = {
  selector: { group: 'Target', alias: 'l', value: text('SELECTOR'), describe: 'Label selector in place of names: undo sts -l app=thanos' },
  to: { group: 'Going back', value: text('REVISION'), describe: 'Revision number, hash or name, or previous; of an object without revisions snapshot:ID, last-applied, helm:REVISION or run:ID. Chosen by rule when not given' },
  toRevision: { group: 'Going back', value: wholeNumber('N', '6'), describe: "As kubectl rollout undo's: the revision with this number, 0 for the one before" },
  replicas: { group: 'Going back', value: replicas, describe: 'Set the replicas too' },
  ...restartFlag,
  withoutHold: { group: 'Going back', describe: 'Do it here although an owner (operator, Helm, Argo CD, Flux) will put it back' },
  ...waitFlags,
  ...repositoryFlags,
  ...identityFlags,
  ...localOnlyFlag,
  ...recordFlags,
  ...clusterFlags,
} as const satisfies FlagTable;

export const targets: PositionalSpec = { name: 'TYPE/NAME', required: false, many: true, describe: 'What to go back with: sts/thanos-receive, deploy/thanos-query, or sts NAME NAME' };

/** @throws usage.missing-target when neither a target nor a selector is given */
export function requireTargets(words: readonly string[], env: CommandEnvironment): void {
  if (words.length === 0) throw new RetraceError('usage.missing-target', { command: `kubectl ${env.plugin.name} ${env.command.name} TYPE/NAME` });
}

/** The request that the flags make. */
export function readUndoRequest(args: ArgsOf<typeof undoFlags>, env: CommandEnvironment, connection: Connection, restart: UndoRequest['restart']): UndoRequest {
  const state = readStateChoice(args.to);
  return {
    targets: args.words,
    namespace: args.namespace ?? connection.defaultNamespace,
    // One word is for one of the two: the other kind of target goes by its rules.
    to: state === undefined ? readChoice(args) : readChoice({ to: undefined, toRevision: args.toRevision }),
    state: state ?? { kind: 'default' },
    snapshots: { repo: args.repo, repoConfig: args.repoConfig, identity: args.identity },
    restart,
    options: {
      stableForMs: args.stableFor,
      stuckAfterMs: args.stuckAfter,
      stuckPods: args.stuckPods,
      timeoutMs: args.timeout,
      ...(args.localOnly ? { localOnly: true } : {}),
      ...(args.reason === undefined ? {} : { reason: redactText(args.reason) }),
      ...(args.ticket === undefined ? {} : { ticket: redactText(args.ticket) }),
    },
    flagsForHints: flagsForHints(env),
    ...(args.selector === undefined ? {} : { selector: args.selector }),
    ...(args.withoutHold ? { withoutHold: true } : {}),
    ...(args.replicas === undefined ? {} : { replicas: args.replicas }),
  };
}

function readChoice({ to, toRevision }: Pick<ArgsOf<typeof undoFlags>, 'to' | 'toRevision'>): RevisionChoice {
  // kubectl: revision 0 is the one before.
  if (toRevision !== undefined) return toRevision === 0 ? { kind: 'previous' } : { kind: 'number', value: toRevision };
  if (to === undefined) return { kind: 'default' };
  return to === 'previous' ? { kind: 'previous' } : { kind: 'revision', value: to };
}

export type { MissingPermission } from './permission.ts';
import type { MissingPermission } from './permission.ts';
import { snapshotExitCodes, type SnapshotErrorParams } from './snapshot-errors.ts';
import { restoreExitCodes } from './restore-errors.ts';
import type { Reason, RestoreErrorParams } from './restore-errors.ts';
import { verifyExitCodes, type VerifyErrorParams } from './verify-errors.ts';
export type { Reason } from './restore-errors.ts';
import type { Owner, OwnerAdvice, OwnerChange, PutBack } from './owner.ts';

/**
 * Every expected failure of Retrace has a code. The code fixes the exit code and the parameters;
 * the sentence for people is made in lib/output from the same code, so that lib stays free of prose.
 */

/** What the process answers with (design: table of exit codes). */
export const exitCodes = {
  ok: 0,
  bug: 1,
  usage: 2,
  gateFailed: 3,
  notAllowed: 4,
  precondition: 5,
  locked: 6,
  halfWay: 7,
  notFinished: 8,
  inconclusive: 9,
  unreachable: 10,
  localFiles: 11,
  gaps: 12,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A state of an object in a list to choose from. */
export interface StateOffer {
  to: string;
  /** RFC 3339. */
  at?: string;
  verified: boolean;
  /** It is what is live. */
  live: boolean;
  /** Paths that would change. */
  changes: string[];
}

/** Parameters of each error code. A new failure is one line here, one in `exitCodeOf`, one in the message table. */
export interface ErrorParams extends SnapshotErrorParams, RestoreErrorParams, VerifyErrorParams {
  // usage
  'usage.flags': { detail: string; command: string };
  'usage.value': { flag: string; value: string; expected: string };
  'usage.missing-value': { flag: string; placeholder: string };
  'usage.repeated': { flag: string };
  'usage.unknown-flag': { flag: string; near: string[]; command: string };
  'usage.unknown-command': { name: string; near: string[]; plugin: string; known: string[] };
  'usage.missing-target': { command: string };
  'usage.confirm-needed': { command: string };
  'usage.confirm-name-needed': { name: string; flag: string };
  'usage.exclusive': { flags: string[] };
  'usage.one-cluster': { names: string[] };
  'target.bad-form': { value: string; kinds: string[] };
  // kubeconfig and access
  'kubeconfig.missing': { path: string; source: string };
  'kubeconfig.broken': { path: string; detail: string };
  'kubeconfig.no-current-context': { path: string; contexts: string[] };
  'kubeconfig.unknown-context': { name: string; contexts: string[]; near: string[] };
  'kubeconfig.unknown-entry': { what: string; name: string; context: string };
  'cluster.ambiguous': { name: string; servers: string[] };
  'cluster.unknown': { name: string; known: string[]; near: string[] };
  /** `path` of the config file; the group `all` where no cluster is known at all. */
  'cluster.unknown-group': { group: string; known: string[]; near: string[]; path: string };
  /** `member` as a path of keys and indexes, empty for the file as a whole. */
  'config.broken': { path: string; member: string; detail: string };
  'credentials.rejected': { server: string; user: string; detail: string };
  'credentials.plugin': { command: string; detail: string; hint: string };
  'access.forbidden': { missing: MissingPermission[]; user: string; detail: string };
  // reaching the API server
  'server.unreachable': { server: string; proxy?: string | undefined; detail: string; kind: 'network' | 'dns' | 'tls' | 'timeout' };
  'server.error': { status: number; reason: string; message: string; request: string };
  'server.rejected': { message: string; request: string; causes: string[] };
  'server.conflict': { object: string; message: string };
  // targets
  'kind.unknown': { name: string; near: string[] };
  'kind.unsupported': { kind: string; supported: string[] };
  'namespace.unknown': { name: string; near: string[] };
  'target.not-found': { target: string; namespace: string; near: string[]; elsewhere: { namespace: string; command: string }[] };
  /**
   * `at`: the server's time when it was looked at; `withoutHold`: the command that does it here nevertheless, where that can be;
   * `change`: how the owners differ from those of a plan that was made before.
   */
  'target.owned': {
    target: string;
    owners: Owner[];
    putBack: PutBack[];
    contested: string[];
    advice: OwnerAdvice[];
    at: string;
    withoutHold?: string;
    purpose?: 'undo' | 'restore' | 'revert';
    change?: OwnerChange;
  };
  /** Objects without revisions: `states` are what there is to go back to, as `--to` names it. */
  'state.none': { target: string; states: StateOffer[]; command: string };
  'state.ambiguous': { target: string; states: StateOffer[]; command: string };
  'state.refused': { target: string; because: Reason };
  /** A state was asked for of workloads, which go back by their revisions; `command` writes them as the snapshot has them. */
  'state.of-workload': { targets: string[]; asked: string; command: string; history: string };
  'state.unknown': { target: string; asked: string; states: StateOffer[]; command: string };
  'target.deleted': { target: string; namespace: string; command: string };
  'target.paused': { target: string; command: string };
  // revisions
  'history.empty': { target: string; detail: string };
  'revision.not-found': { target: string; wanted: string; known: string[] };
  'revision.nothing-to-go-back-to': { target: string; known: string[]; why: string };
  'replicas.unknown-previous': { target: string; current: number };
  'references.missing': { target: string; revision: string; missing: { kind: string; name: string; usedAs: string }[] };
  // plan and run
  /** `ownersGone`: who wrote it when the plan was made and does no more. */
  'plan.stale': { target: string; changed: string[]; command: string; ownersGone?: Owner[] };
  'plan.broken': { path: string; detail: string };
  'plan.other-cluster': { planServer: string; server: string };
  'run.not-found': { id: string; known: string[] };
  'run.state': { id: string; state: string; wanted: string; command: string };
  /** It ended before what it is to write had come to the cluster: only the machine where it began has that. */
  'run.unshared': { id: string; host: string; resume: string; close: string };
  'run.stopped': { id: string; step: string; why: string; command: string };
  /** Somebody else wrote the template while the run waited. */
  'run.put-back': { id: string; target: string; by: string; at: string };
  'run.busy': { id: string; pid: number };
  /** Another run, or another machine with the same run, works in the namespace. Times RFC 3339; `command` looks at that run. */
  'run.locked': { namespace: string; holder: string; runId: string; since: string; until: string; isExpired: boolean; isSameRun: boolean; command: string };
  /** The lock was ours and is another's: `byRun` is empty for a holder that Retrace did not write. */
  'run.lock-lost': { id: string; namespace: string; holder: string; byRun: string; since: string; command: string };
  /** A run of another machine whose pre-images are gone from the cluster. */
  'run.pre-images-gone': { id: string; state: string; command: string };
  /** What a run kept before it wrote is encrypted for keys that are not at hand. */
  'pre-image.sealed': { path: string; recipients: string[] };
  /** What a step is going to write is more than the cluster is to keep for a run. */
  'pre-image.too-large': { bytes: number; limitBytes: number; namespace: string };
  'run.timeout': { id: string; waitingFor: string[]; command: string };
  'run.pdb-blocks': { id: string; pod: string; budgets: string[]; command: string };
  'run.interrupted': { id: string; command: string };
  'run.interrupted-before': Record<never, never>;
  // local files
  'file.unreadable': { path: string; detail: string };
  'file.write': { path: string; detail: string };
  'journal.corrupt': { path: string; line: number; detail: string };
}

export type ErrorCode = keyof ErrorParams;

const exitCodeOf: Record<ErrorCode, ExitCode> = {
  ...snapshotExitCodes,
  ...restoreExitCodes,
  ...verifyExitCodes,
  'usage.flags': 2,
  'usage.value': 2,
  'usage.missing-value': 2,
  'usage.repeated': 2,
  'usage.unknown-flag': 2,
  'usage.unknown-command': 2,
  'usage.missing-target': 2,
  'usage.confirm-needed': 2,
  'usage.confirm-name-needed': 2,
  'usage.exclusive': 2,
  'usage.one-cluster': 2,
  'target.bad-form': 2,
  'kubeconfig.missing': 2,
  'kubeconfig.broken': 2,
  'kubeconfig.no-current-context': 2,
  'kubeconfig.unknown-context': 2,
  'kubeconfig.unknown-entry': 2,
  'cluster.ambiguous': 2,
  'cluster.unknown': 2,
  'cluster.unknown-group': 2,
  'config.broken': 2,
  'credentials.rejected': 4,
  'credentials.plugin': 4,
  'access.forbidden': 4,
  'server.unreachable': 10,
  'server.error': 10,
  'server.rejected': 5,
  'server.conflict': 5,
  'kind.unknown': 5,
  'kind.unsupported': 2,
  'namespace.unknown': 5,
  'target.not-found': 5,
  'target.owned': 4,
  'target.deleted': 5,
  'target.paused': 5,
  'state.none': 5,
  'state.ambiguous': 5,
  'state.of-workload': 2,
  'state.unknown': 5,
  'state.refused': 5,
  'history.empty': 5,
  'revision.not-found': 5,
  'revision.nothing-to-go-back-to': 5,
  'replicas.unknown-previous': 5,
  'references.missing': 5,
  'plan.stale': 5,
  'plan.broken': 11,
  'plan.other-cluster': 4,
  'run.not-found': 5,
  'run.state': 5,
  'run.unshared': 5,
  'run.stopped': 7,
  'run.put-back': 5,
  'run.busy': 6,
  'run.locked': 6,
  'run.lock-lost': 6,
  'run.pre-images-gone': 5,
  'pre-image.sealed': 11,
  'pre-image.too-large': 5,
  'run.timeout': 8,
  'run.pdb-blocks': 5,
  'run.interrupted': 7,
  'run.interrupted-before': 130,
  'file.unreadable': 11,
  'file.write': 11,
  'journal.corrupt': 11,
};

/** A failure that we expect and can explain. Anything else that is thrown is a bug (exit 1). */
export class RetraceError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'RetraceError';
  readonly code: C;
  readonly params: ErrorParams[C];
  readonly exitCode: ExitCode;

  constructor(code: C, params: ErrorParams[C], options?: { cause?: unknown }) {
    super(code, options);
    this.code = code;
    this.params = params;
    this.exitCode = exitCodeOf[code];
  }
}

/** True when `error` is the expected failure `code`. */
export function isError<C extends ErrorCode>(error: unknown, code: C): error is RetraceError<C> {
  return error instanceof RetraceError && error.code === code;
}

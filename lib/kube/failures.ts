import { RetraceError } from '../core/errors.ts';

export interface StatusCause {
  reason: string;
  message: string;
  field: string;
}

export interface FailureFacts {
  method: string;
  path: string;
  /** HTTP status; undefined when no answer came. */
  status: number | undefined;
  /** `reason` of the server's Status (`NotFound`, `Expired`), or the system's error code (`ECONNRESET`). */
  reason: string;
  /** `message` of the server's Status, unchanged. */
  message: string;
  causes: StatusCause[];
  retryAfterSeconds: number | undefined;
  /** A write whose effect is not known: 5xx, a connection that broke, a timeout. Always false for a read. */
  mayHaveArrived: boolean;
}

/** What exactly came back (or did not) for one request: the `cause` of every RetraceError that a Connection throws. */
export class KubeFailure extends Error implements FailureFacts {
  override readonly name = 'KubeFailure';
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly reason: string;
  readonly causes: StatusCause[];
  readonly retryAfterSeconds: number | undefined;
  readonly mayHaveArrived: boolean;

  constructor(facts: FailureFacts, options?: { cause?: unknown }) {
    super(facts.message, options);
    this.method = facts.method;
    this.path = facts.path;
    this.status = facts.status;
    this.reason = facts.reason;
    this.causes = facts.causes;
    this.retryAfterSeconds = facts.retryAfterSeconds;
    this.mayHaveArrived = facts.mayHaveArrived;
  }
}

/** The failure behind an error of a Connection; undefined for any other error. */
export function failureOf(error: unknown): KubeFailure | undefined {
  if (error instanceof KubeFailure) return error;
  return error instanceof RetraceError && error.cause instanceof KubeFailure ? error.cause : undefined;
}

/**
 * True when a write that ended with this error may have changed the cluster: read again and compare with the
 * postcondition before anything else. An error that is not ours (an abort while the request was under way) counts as
 * "may have"; an expected error from before the sending (kubeconfig, credential plugin) as "surely not".
 */
export function mayHaveArrived(error: unknown): boolean {
  const failure = failureOf(error);
  return failure === undefined ? !(error instanceof RetraceError) : failure.mayHaveArrived;
}

/** True for 404: the object, or its type, is not there. */
export function isNotFound(error: unknown): boolean {
  return failureOf(error)?.status === 404;
}

/** True for 410: a list's continue token or a watch's resourceVersion is too old. */
export function isExpired(error: unknown): boolean {
  const failure = failureOf(error);
  return failure?.status === 410 || failure?.reason === 'Expired' || failure?.reason === 'Gone';
}

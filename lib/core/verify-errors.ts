/** Parameters of the failures that have to do with verifying. `again` is a command. */
export interface VerifyErrorParams {
  /** The verdicts are printed; these decide. */
  'verify.failed': { checks: string[]; explain: string };
  'verify.inconclusive': { checks: string[]; explain: string };
  /** Nothing that decides was there. */
  'verify.nothing-proved': { namespaces: string[] };
  'verify.pending': { checks: string[]; again: string; dueAt?: string; waitedMs?: number };
  'verify.unknown-check': { flag: string; name: string; near: string[]; known: string[] };
  /** Nothing among its pods sends by remote write. */
  'drain.no-sender': { target: string };
  /** No workload is in the namespace; where some of a monitoring stack are. */
  'verify.empty-namespace': { namespace: string; elsewhere: { namespace: string; command: string }[] };
  /** A component of the monitoring stack does not answer: what the kubelet said of the way to its port, or the connection. */
  'endpoint.unreachable': { namespace: string; pod: string; port: number; detail: string };
  /** It answered with another status than 200; `detail` is what it said. */
  'endpoint.refused': { namespace: string; pod: string; port: number; path: string; status: number; detail: string };
  'endpoint.unreadable': { namespace: string; pod: string; port: number; path: string; detail: string };
}

/** Their exit codes. */
export const verifyExitCodes = {
  'verify.failed': 3,
  'verify.inconclusive': 9,
  'verify.nothing-proved': 9,
  'verify.pending': 8,
  'verify.unknown-check': 2,
  'drain.no-sender': 5,
  'verify.empty-namespace': 5,
  'endpoint.unreachable': 10,
  'endpoint.refused': 5,
  'endpoint.unreadable': 5,
} as const satisfies Record<keyof VerifyErrorParams, number>;

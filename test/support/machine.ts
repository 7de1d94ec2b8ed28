/** A machine inside the test's own process: its home and its way to the cluster, where a test is about what many calls do and not how they are typed. */
import { expect } from 'vitest';
import type { Context } from '../../lib/core/context.ts';
import { RetraceError } from '../../lib/core/errors.ts';
import type { KubeFlags } from '../../lib/kube/access-entry.ts';
import { connect } from '../../lib/kube/connect.ts';
import type { Connection } from '../../lib/kube/types.ts';
import type { UndoRequest } from '../../lib/procedure/requests.ts';
import type { ControlPlane } from './control-plane.ts';
import { cliEnvironment } from './run-cli.ts';

export interface Machine {
  context: Context;
  connection: Connection;
}

const silent = { isTTY: false, columns: undefined, write: async () => {} };

/** @param home of `createCliHome`; `flags` as whom it asks */
export async function openMachine(cluster: Pick<ControlPlane, 'kubeconfig'>, home: string, flags: KubeFlags = {}): Promise<Machine> {
  const context: Context = {
    now: () => new Date(),
    random: Math.random,
    env: await cliEnvironment(home),
    cwd: home,
    platform: process.platform,
    user: 'jin',
    host: 'laptop',
    pid: process.pid,
    // Whatever process began a run of these tests, it is not at work on it any more.
    isProcessAlive: () => false,
    signal: new AbortController().signal,
    streams: { stdin: { isTTY: false, readAll: async () => '' }, stdout: silent, stderr: silent },
  };
  return { context, connection: await connect({ kubeconfig: cluster.kubeconfig, ...flags }, context) };
}

/** The request of `undo TARGET -n NAMESPACE` with short waits. */
export function undoRequest(target: string, namespace: string): UndoRequest {
  const options = { stableForMs: 1000, stuckAfterMs: 1000, stuckPods: 'evict' as const, timeoutMs: 60_000 };
  return { targets: [target], namespace, to: { kind: 'default' }, state: { kind: 'default' }, snapshots: {}, restart: 'never', options, flagsForHints: '' };
}

/** The expected error that a call ends with. */
export async function refusal(call: Promise<unknown>): Promise<RetraceError> {
  const error = await call.then(() => undefined, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RetraceError);
  return error as RetraceError;
}

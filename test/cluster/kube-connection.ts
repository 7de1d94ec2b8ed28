/** What the tests of lib/kube share: a connection that is closed with the test, and the error that a call must end with. */
import { expect, onTestFinished } from 'vitest';
import type { Context } from '../../lib/core/context.ts';
import { RetraceError } from '../../lib/core/errors.ts';
import type { JsonObject } from '../../lib/core/json.ts';
import type { KubeFlags } from '../../lib/kube/access-entry.ts';
import { connect } from '../../lib/kube/connect.ts';
import type { Connection } from '../../lib/kube/types.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { makeContext } from '../unit/kube/test-context.ts';

export const fieldManager = 'retrace-test';

/** A connection by the kubeconfig of a control plane or of a proxy in front of it. */
export async function reach(cluster: Pick<ControlPlane, 'kubeconfig'>, flags: KubeFlags = {}, context: Partial<Context> = {}): Promise<Connection> {
  const connection = await connect({ kubeconfig: cluster.kubeconfig, ...flags }, makeContext({ env: { PATH: '/usr/bin:/bin' }, ...context }));
  onTestFinished(() => connection.close());
  return connection;
}

/** The expected error that the call ends with. */
export async function caught(promise: Promise<unknown>): Promise<RetraceError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RetraceError);
  return error as RetraceError;
}

export function configMap(name: string, data: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

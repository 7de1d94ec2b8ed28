/**
 * A cluster that somebody gives for the tests, in place of one of our own. Tests make and delete namespaces there, so it must say itself that it
 * is meant for that: by the ConfigMap kube-system/retrace-test-cluster.
 */
import { resolve } from 'node:path';
import type { ControlPlane } from './control-plane.ts';
import { kubectl } from './kubectl.ts';

const marker = { namespace: 'kube-system', name: 'retrace-test-cluster' };

/** The cluster of the kubeconfig's current context. Throws, with nothing done, when it does not hold the marker or cannot be asked. */
export async function findOtherCluster(path: string): Promise<ControlPlane> {
  const plane = { kubeconfig: resolve(path) };
  const ask = (...args: string[]) => kubectl(plane, args, { allowFailure: true, timeoutMs: 30_000 });
  const { stdout: server } = await ask('config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}');
  const found = await ask('get', 'configmap', marker.name, '--namespace', marker.namespace, '--request-timeout', '20s');
  if (found.exitCode !== 0) throw new Error(explain(plane.kubeconfig, server, found.stderr));
  // Only tests with the tag any-cluster run here, and these need neither folder nor certificates.
  return { name: 'other', folder: '', kubeconfig: plane.kubeconfig, server, pki: { ca: '', cert: '', key: '' } };
}

function explain(path: string, server: string, detail: string): string {
  const where = `RETRACE_TEST_KUBECONFIG=${path}${server === '' ? '' : ` (${server})`}`;
  if (!/NotFound/.test(detail)) return `${where} cannot be used for tests: ${detail.trim()}`;
  return [
    `${where} is not marked as a cluster for tests; nothing was done there.`,
    'The tests make and delete namespaces. If that is right for this cluster, mark it:',
    `  kubectl --kubeconfig=${path} create configmap ${marker.name} --namespace ${marker.namespace}`,
  ].join('\n');
}

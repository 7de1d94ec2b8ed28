/** A port of a pod on this machine: the API server's own WebSocket to kwok, which leads to a server on loopback. */
import { expect, onTestFinished } from 'vitest';
import { connect } from '../../lib/kube/connect.ts';
import { openPortForward } from '../../lib/kube/port-forward.ts';
import { createIdentity } from '../support/identities.ts';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';
import { applyManifests } from '../support/workloads.ts';
import { makeContext } from '../unit/kube/test-context.ts';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'c', image: 'shop:1', ports: [{ containerPort: 8080 }] }] } };

/** Answers with the path, twice over a megabyte when asked for `/large`. */
function serve(): { port: number } {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => new Response(new URL(request.url).pathname === '/large' ? 'x'.repeat(2_500_000) : `path ${new URL(request.url).pathname}`) });
  onTestFinished(() => server.stop(true));
  return { port: server.port! };
}

const forward = (namespace: string, port: number) => ({ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'PortForward', metadata: { name: 'web', namespace }, spec: { forwards: [{ ports: [8080], target: { address: '127.0.0.1', port } }] } });

test.concurrent('answers come through it, large ones whole and several at once; it is gone when it is closed', async ({ cluster, namespace, kube }) => {
  await applyManifests(cluster, namespace, [pod, forward(namespace, serve().port)]);
  await kube(['wait', '--for=condition=Ready', 'pod/web', '--timeout=60s']);
  const connection = await connect({ kubeconfig: cluster.kubeconfig }, makeContext());
  const way = await openPortForward(connection, { namespace, pod: 'web', port: 8080 });
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${way.port}${path}`)).text();
  expect(await Promise.all(['/a', '/b', '/c'].map(ask))).toEqual(['path /a', 'path /b', 'path /c']);
  expect((await ask('/large')).length).toBe(2_500_000);
  expect(way.problem()).toBeUndefined();
  way.close();
  await expect(ask('/a')).rejects.toThrow();
  connection.close();
});

test.concurrent('a port that nothing listens to is told in the words of the kubelet; a pod that is not there and a right that is missing before anything', async ({ cluster, namespace, home, kube }) => {
  await applyManifests(cluster, namespace, [pod, forward(namespace, serve().port)]);
  await kube(['wait', '--for=condition=Ready', 'pod/web', '--timeout=60s']);
  const connection = await connect({ kubeconfig: cluster.kubeconfig }, makeContext());
  const way = await openPortForward(connection, { namespace, pod: 'web', port: 9 });
  await expect(fetch(`http://127.0.0.1:${way.port}/`)).rejects.toThrow();
  expect(way.problem()).toMatch(/error forwarding port 9 to pod/);
  way.close();
  await expect(openPortForward(connection, { namespace, pod: 'nobody', port: 8080 })).rejects.toMatchObject({ params: { message: 'pods "nobody" not found' } });
  connection.close();

  const kubeconfig = await createIdentity(cluster, namespace, home, 'reader', [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }]);
  const reader = await connect({ kubeconfig }, makeContext());
  await expect(openPortForward(reader, { namespace, pod: 'web', port: 8080 })).rejects.toMatchObject({ code: 'access.forbidden' });
  reader.close();
  expect((await kubectl(cluster, ['get', 'pod', 'web', '-o', 'name'], { namespace })).stdout).toContain('pod/web');
});

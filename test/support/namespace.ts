/** A namespace for one test: whatever the test leaves in it disturbs no other. */
import { randomBytes } from 'node:crypto';
import type { ControlPlane } from './control-plane.ts';
import { kubectl } from './kubectl.ts';
import { waitUntil } from './wait-until.ts';

/** Makes a namespace with a name of its own, ready for pods. */
export async function createNamespace(plane: ControlPlane, stem = 'test'): Promise<string> {
  const name = `${stem}-${randomBytes(4).toString('hex')}`;
  await kubectl(plane, ['create', 'namespace', name]);
  // Bare pods are refused until the controller has made the service account.
  await waitUntil(
    async () =>
      (await kubectl(plane, ['get', 'serviceaccount', 'default'], { namespace: name, allowFailure: true })).exitCode ===
      0,
    { what: `the service account of ${name}` },
  );
  return name;
}

/** Deletes a namespace, without waiting until it is gone. */
export async function deleteNamespace(plane: ControlPlane, name: string): Promise<void> {
  await kubectl(plane, ['delete', 'namespace', name, '--wait=false'], { allowFailure: true });
}

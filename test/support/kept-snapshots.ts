/** Snapshot files as `kubectl snapshot create` leaves them in a person's home, made from objects that a test has just read. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../lib/kube/types.ts';
import { encodeSnapshot } from '../../lib/snapshot/file/encode.ts';
import { readRecipients } from '../../lib/snapshot/recipients.ts';
import type { ControlPlane } from './control-plane.ts';
import { kubectlJson } from './kubectl.ts';

export interface KeptSnapshot {
  readonly id: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** `configmap/x`, as they are now. */
  readonly targets: readonly string[];
  readonly tags?: Record<string, string>;
  /** Of another cluster when given. */
  readonly clusterUid?: string;
}

/** Keeps live objects in the default repository below `home`, Secrets sealed for the identity there. */
export async function keepSnapshot(plane: ControlPlane, namespace: string, home: string, { id, startedAt, targets, tags = {}, clusterUid }: KeptSnapshot): Promise<void> {
  const objects: KubeObject[] = [];
  for (const target of targets) objects.push(await kubectlJson(plane, ['get', target, '--show-managed-fields'], { namespace }));
  const uid = clusterUid ?? ((await kubectlJson(plane, ['get', 'namespace', 'kube-system'])).metadata.uid as string);
  const recipients = await readRecipients(undefined, { env: { XDG_CONFIG_HOME: join(home, 'config') }, platform: 'linux', now: () => new Date() });
  const head = { purpose: 'snapshot' as const, tool: '0.0.0', scope: { namespaces: [namespace] }, finishedAt: startedAt, by: { user: 'someone', host: 'somewhere' }, types: [], complete: true, gaps: [], inForce: { helm: [], argocd: [] } };
  const { bytes } = await encodeSnapshot({ ...head, id, startedAt, tags, cluster: { contextName: 'test', server: 'https://test', uid } }, objects, { kind: 'age', recipients });
  const folder = join(home, 'data', 'retrace', 'snapshots');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${id}.retrace`), bytes, { mode: 0o600 });
}

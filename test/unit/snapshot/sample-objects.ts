import type { KubeObject } from '../../../lib/kube/types.ts';
import type { ManifestHead } from '../../../lib/snapshot/manifest.ts';

/** What the caller of encodeSnapshot knows. */
export function sampleHead(changes: Partial<ManifestHead> = {}): ManifestHead {
  return {
    id: 's-20261122-0250',
    purpose: 'snapshot',
    tool: 'dev',
    cluster: { contextName: 'cluster-03', server: 'https://10.0.3.1:6443', uid: '7f0f8a3e-0000-4000-8000-000000000000' },
    scope: { namespaces: ['monitoring'] },
    startedAt: '2026-11-22T02:50:11Z',
    finishedAt: '2026-11-22T02:50:12Z',
    by: { user: 'jin', host: 'laptop' },
    tags: {},
    types: [{ apiVersion: 'v1', kind: 'ConfigMap', resource: 'configmaps', namespaced: true, resourceVersion: '4711', objects: 1 }],
    complete: true,
    gaps: [],
    inForce: { helm: [], argocd: [] },
    ...changes,
  };
}

/** An object as the server sends it. */
export function makeObject(kind: string, name: string, members: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): KubeObject {
  const apiVersion = kind === 'Secret' || kind === 'ConfigMap' || kind === 'Service' ? 'v1' : 'apps/v1';
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'monitoring', uid: `uid-of-${kind}-${name}`, resourceVersion: '4711', creationTimestamp: '2026-11-20T00:00:00Z', ...metadata },
    ...members,
  } as unknown as KubeObject;
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** A credential as it was planted, and in every form that a file could hold it in. */
export const planted = 'hunter2-planted-Credential';
export const plantedForms = [planted, base64(planted), base64(`x${planted}`).slice(4, -4), Buffer.from(planted).toString('hex')];

/** Objects of a monitoring stack, some of which hold the planted credential. */
export function sampleObjects(): KubeObject[] {
  return [
    makeObject('ConfigMap', 'thanos-receive-hashring', { data: { 'hashrings.json': '[{"endpoints": ["thanos-receive-0:10901"]}]' } }),
    makeObject(
      'Secret',
      'thanos-objstore',
      { type: 'Opaque', immutable: false, data: { 'objstore.yml': base64(`type: S3\nconfig:\n  secret_key: ${planted}\n`), empty: '' } },
      {
        labels: { app: 'thanos' },
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ kind: 'Secret', stringData: { a: planted } }),
          'kapp.k14s.io/original': JSON.stringify({ data: { 'objstore.yml': base64(`type: S3\nconfig:\n  secret_key: ${planted}\n`) } }),
          'meta.helm.sh/release-name': 'thanos',
        },
      },
    ),
    makeObject('ConfigMap', 'agent', { data: { 'agent.yml': `basic_auth:\n  username: scraper\n  password: ${planted}\n` } }, { annotations: { note: `token=${planted}`, team: 'sre' } }),
    makeObject('StatefulSet', 'thanos-receive', { spec: { replicas: 3, template: { spec: { containers: [{ name: 'receive', env: [{ name: 'S3_SECRET_KEY', value: planted }] }] } } } }),
    makeObject('Service', 'thanos-receive', { spec: { clusterIP: 'None', ports: [{ port: 10901 }] } }, { ownerReferences: [{ kind: 'StatefulSet', name: 'x', uid: 'y', controller: true }] }),
  ];
}

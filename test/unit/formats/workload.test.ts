import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import { isEvictionBlocked } from '../../../lib/formats/disruption-budget.ts';
import { lastWriterOf, lastWrittenAt, wroteAlso, writersOf } from '../../../lib/formats/managed-fields.ts';
import { controllerOwnerOf, isControlledBy } from '../../../lib/formats/owner-reference.ts';
import { referencesOf } from '../../../lib/formats/template-reference.ts';
import {
  changeCauseOf, desiredReplicasOf, isAppliedByKubectl, lastAppliedOf, revisionHashOf, revisionNumberOf, strategyOf, templateOfRevision,
} from '../../../lib/formats/workload.ts';

describe('revisions', () => {
  const replicaSet: JsonObject = {
    kind: 'ReplicaSet',
    metadata: {
      name: 'web-64696cc595', labels: { app: 'web', 'pod-template-hash': '64696cc595' },
      annotations: { 'deployment.kubernetes.io/revision': '6', 'deployment.kubernetes.io/desired-replicas': '4', 'kubernetes.io/change-cause': 'kubectl set image' },
    },
    spec: { template: { metadata: { labels: { app: 'web', 'pod-template-hash': '64696cc595' }, annotations: { a: 'b' } }, spec: { containers: [] } } },
  };
  const controllerRevision: JsonObject = {
    kind: 'ControllerRevision', revision: 7, metadata: { name: 'thanos-receive-6fff58c554', labels: { 'controller.kubernetes.io/hash': '6fff58c554' } },
    data: { spec: { template: { $patch: 'replace', metadata: { labels: { app: 'r' } }, spec: { containers: [] } } } },
  };

  test('a ReplicaSet gives its template without the hash label, and keeps it itself', () => {
    const before = structuredClone(replicaSet);
    expect(templateOfRevision(replicaSet)).toEqual({ metadata: { labels: { app: 'web' }, annotations: { a: 'b' } }, spec: { containers: [] } });
    expect(replicaSet).toEqual(before);
  });

  test('a ControllerRevision gives its template without $patch', () => {
    expect(templateOfRevision(controllerRevision)).toEqual({ metadata: { labels: { app: 'r' } }, spec: { containers: [] } });
  });

  test('number, hash, cause and replicas', () => {
    expect([revisionNumberOf(replicaSet), revisionHashOf(replicaSet), changeCauseOf(replicaSet), desiredReplicasOf(replicaSet)]).toEqual([6, '64696cc595', 'kubectl set image', 4]);
    expect([revisionNumberOf(controllerRevision), revisionHashOf(controllerRevision), changeCauseOf(controllerRevision), desiredReplicasOf(controllerRevision)]).toEqual([7, '6fff58c554', undefined, undefined]);
    expect(revisionNumberOf({ metadata: { annotations: { 'deployment.kubernetes.io/revision': 'x' } } })).toBeUndefined();
    expect(revisionNumberOf({})).toBeUndefined();
    expect(revisionHashOf({ metadata: { name: 'fluent-bit-abc12', labels: { 'controller-revision-hash': 'abc12' } } })).toBe('abc12');
  });

  test('strategy of either kind, with its default', () => {
    expect([strategyOf({ spec: { updateStrategy: { type: 'OnDelete' } } }), strategyOf({ spec: { strategy: { type: 'Recreate' } } }), strategyOf({})]).toEqual(['OnDelete', 'Recreate', 'RollingUpdate']);
  });

  test('last-applied is read where it is JSON', () => {
    const annotated = (text: string): JsonObject => ({ metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': text } } });
    expect(lastAppliedOf(annotated('{"spec":{"replicas":3}}'))).toEqual({ spec: { replicas: 3 } });
    expect([lastAppliedOf(annotated('{')), lastAppliedOf(annotated('[]')), lastAppliedOf({})]).toEqual([undefined, undefined, undefined]);
    expect([isAppliedByKubectl(annotated('{')), isAppliedByKubectl({})]).toEqual([true, false]);
  });
});

describe('owners', () => {
  test('only the reference with controller: true owns', () => {
    const object: JsonObject = { metadata: { ownerReferences: [{ kind: 'Other', uid: 'o' }, { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', name: 'kps', uid: 'p', controller: true }] } };
    expect(controllerOwnerOf(object)).toEqual({ apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', name: 'kps', uid: 'p' });
    expect([isControlledBy(object, 'p'), isControlledBy(object, 'o'), isControlledBy({}, 'p')]).toEqual([true, false, false]);
  });
});

describe('managed fields', () => {
  const object: JsonObject = {
    metadata: {
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [
        { manager: 'kubectl', operation: 'Update', subresource: 'scale', time: '2026-11-22T03:11:00Z', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
        { manager: 'kubectl-rollout', operation: 'Update', time: '2026-11-21T00:00:00Z', fieldsV1: { 'f:spec': { 'f:template': { 'f:metadata': {} } } } },
        { manager: 'kubectl-client-side-apply', operation: 'Update', time: '2026-11-22T03:12:00Z', fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': {} } } } },
        { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status', time: '2026-11-22T03:30:00Z', fieldsV1: { 'f:status': {} } },
      ],
    },
  };

  test('the latest writer of a field or of anything below it', () => {
    expect(lastWriterOf(object, ['spec', 'template'])).toEqual({ manager: 'kubectl-client-side-apply', operation: 'Update', time: '2026-11-22T03:12:00Z' });
    expect(lastWriterOf(object, ['spec', 'replicas'])).toEqual({ manager: 'kubectl', operation: 'Update', time: '2026-11-22T03:11:00Z', subresource: 'scale' });
    expect(writersOf(object, ['spec', 'template']).map(({ manager }) => manager)).toEqual(['kubectl-client-side-apply', 'kubectl-rollout']);
    expect(lastWriterOf(object, ['data'])).toBeUndefined();
    expect(lastWriterOf({}, ['spec'])).toBeUndefined();
  });

  test('status does not count as a write of the object', () => {
    expect(lastWrittenAt({ metadata: { creationTimestamp: 'c', managedFields: [{ manager: 'x', subresource: 'status', time: 'z' }, { manager: 'y', time: 'b' }] } })).toBe('b');
    expect(lastWrittenAt({ metadata: { creationTimestamp: 'c' } })).toBe('c');
  });

  test('one entry for both fields is found', () => {
    const scale = lastWriterOf(object, ['spec', 'replicas'])!;
    const apply = lastWriterOf(object, ['spec', 'template'])!;
    expect([wroteAlso(object, scale, ['spec', 'template']), wroteAlso(object, apply, ['spec', 'template'])]).toEqual([false, true]);
  });
});

describe('disruption budgets', () => {
  const budget = (status: JsonObject, spec: JsonObject = {}): JsonObject => ({ metadata: { name: 'pdb' }, spec: { selector: { matchLabels: { app: 'r' } }, ...spec }, status });
  const pod = (isReady: boolean, more: JsonObject = {}): JsonObject => ({ metadata: { labels: { app: 'r' } }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }], ...more } });
  const tight = { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 3 };
  const table: [string, JsonObject, JsonObject, boolean][] = [
    ['nothing allowed, too few healthy', budget(tight), pod(false), true],
    ['not Ready while enough are healthy', budget({ disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 }), pod(false), false],
    ['Ready and nothing allowed', budget({ disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 }), pod(true), true],
    ['AlwaysAllow and not Ready', budget(tight, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }), pod(false), false],
    ['AlwaysAllow and Ready', budget(tight, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }), pod(true), true],
    ['a pending pod is not covered', budget(tight), pod(false, { phase: 'Pending' }), false],
    ['one allowed', budget({ ...tight, disruptionsAllowed: 1 }), pod(false), false],
    ['other pods', budget(tight, { selector: { matchLabels: { app: 'x' } } }), pod(false), false],
    ['no status yet', budget({}), pod(false), true],
  ];
  test.each(table)('%s', (_name, given, of, blocked) => expect(isEvictionBlocked(given, of)).toBe(blocked));
});

describe('references of a template', () => {
  test('every place that names another object', () => {
    const template: JsonObject = {
      spec: {
        serviceAccountName: 'thanos',
        imagePullSecrets: [{ name: 'pull' }],
        initContainers: [{ name: 'i', envFrom: [{ configMapRef: { name: 'env-cm' } }, { secretRef: { name: 'env-s', optional: true } }] }],
        containers: [
          {
            name: 'c',
            env: [{ name: 'A', value: 'x' }, { name: 'T', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }, { name: 'C', valueFrom: { configMapKeyRef: { name: 'cm', key: 'k', optional: true } } }],
            volumeMounts: [{ name: 'sub', mountPath: '/x', subPath: 'x' }, { name: 'hashring', mountPath: '/h' }],
          },
        ],
        ephemeralContainers: [{ name: 'e', envFrom: [{ secretRef: { name: 'debug' } }] }],
        volumes: [
          { name: 'hashring', configMap: { name: 'thanos-receive-hashring' } },
          { name: 'sub', secret: { secretName: 'thanos-objstore-secret' } },
          { name: 'data', persistentVolumeClaim: { claimName: 'data-0' } },
          { name: 'all', projected: { sources: [{ configMap: { name: 'p-cm' } }, { secret: { name: 'p-s', optional: true } }, { serviceAccountToken: { path: 't' } }] } },
          { name: 'csi', csi: { driver: 'd', nodePublishSecretRef: { name: 'csi-s' } } },
          { name: 'rbd', rbd: { secretRef: { name: 'rbd-s' } } },
          { name: 'scratch', emptyDir: {} },
        ],
      },
    };
    const rows = referencesOf(template).map(({ kind, name, usedAs, optional }) => [kind, name, usedAs, optional]);
    expect(rows).toEqual([
      ['ConfigMap', 'env-cm', 'envFrom', false],
      ['Secret', 'env-s', 'envFrom', true],
      ['Secret', 's', 'env[T]', false],
      ['ConfigMap', 'cm', 'env[C]', true],
      ['Secret', 'debug', 'envFrom', false],
      ['ConfigMap', 'thanos-receive-hashring', 'volumes[hashring]', false],
      ['Secret', 'thanos-objstore-secret', 'volumes[sub].subPath', false],
      ['PersistentVolumeClaim', 'data-0', 'volumes[data]', false],
      ['ConfigMap', 'p-cm', 'volumes[all]', false],
      ['Secret', 'p-s', 'volumes[all]', true],
      ['Secret', 'csi-s', 'volumes[csi]', false],
      ['Secret', 'rbd-s', 'volumes[rbd]', false],
      ['Secret', 'pull', 'imagePullSecrets', true],
      ['ServiceAccount', 'thanos', 'serviceAccountName', false],
    ]);
  });

  test('none in an empty template, and the default account is always there', () => {
    expect(referencesOf({})).toEqual([]);
    expect(referencesOf({ spec: { serviceAccountName: 'default' } })).toEqual([]);
  });
});

/**
 * Manifests of the workloads that Retrace is for, as plain objects, and what a test waits for after applying them.
 */
import type { ControlPlane } from './control-plane.ts';
import { kubectl, kubectlJson } from './kubectl.ts';
import { waitUntil } from './wait-until.ts';

type Manifest = Record<string, unknown>;

/** What a test may vary of a workload; the image decides whether its pods live (see stages/pods-failing.yaml). */
export interface WorkloadOptions {
  readonly image?: string;
  readonly replicas?: number;
  readonly name?: string;
  readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
  /** Claim a volume per pod. */
  readonly storage?: boolean;
  readonly podAnnotations?: Readonly<Record<string, string>>;
}

/** The checks of kubectl verify that need no process behind the pods of these workloads; support/prometheus.ts has real ones. */
export const ofWorkloads = '--check=pods,rollout,resources,pvc';

/**
 * Thanos Receive as it stands in a hashring: an OrderedReady StatefulSet of 3, its headless Service, the hashring ConfigMap and the object store
 * Secret. A broken pod of such a set blocks every later roll-out, the one that would repair it too (kubernetes#67250).
 */
export function thanosReceive(options: WorkloadOptions = {}): Manifest[] {
  const name = options.name ?? 'thanos-receive';
  const replicas = options.replicas ?? 3;
  const labels = { 'app.kubernetes.io/name': 'thanos-receive', 'app.kubernetes.io/instance': name };
  const endpoints = Array.from({ length: replicas }, (_, ordinal) => `${name}-${ordinal}.${name}:10901`);
  const volumes = [
    { name: 'hashring', configMap: { name: `${name}-hashring` } },
    { name: 'objstore', secret: { secretName: 'thanos-objstore-secret' } },
  ];
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${name}-hashring`, labels },
      data: { 'hashrings.json': JSON.stringify([{ hashring: 'default', endpoints }]) },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'thanos-objstore-secret' },
      stringData: {
        'objstore.yml':
          'type: S3\nconfig:\n  bucket: metrics\n  endpoint: 127.0.0.1:9000\n  access_key: test-access\n  secret_key: test-secret-value\n',
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: {
        clusterIP: 'None',
        selector: labels,
        ports: [
          { name: 'grpc', port: 10901 },
          { name: 'http', port: 10902 },
          { name: 'remote-write', port: 19291 },
        ],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name, labels },
      spec: {
        serviceName: name,
        replicas,
        podManagementPolicy: options.podManagementPolicy ?? 'OrderedReady',
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: options.podAnnotations ?? {} },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'receive',
                image: options.image ?? 'thanos:v0.42.3',
                args: ['receive', '--receive.replication-factor=3'],
                volumeMounts: [
                  { name: 'hashring', mountPath: '/etc/hashring' },
                  { name: 'objstore', mountPath: '/etc/objstore' },
                ],
              },
            ],
            volumes,
          },
        },
        ...(options.storage
          ? {
              volumeClaimTemplates: [
                {
                  metadata: { name: 'data' },
                  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
                },
              ],
            }
          : {}),
      },
    },
  ];
}

/** Thanos Query, a Deployment. */
export function thanosQuery(options: WorkloadOptions = {}): Manifest[] {
  const name = options.name ?? 'thanos-query';
  return [
    podSet(
      'Deployment',
      name,
      { replicas: options.replicas ?? 2 },
      { name: 'query', image: options.image ?? 'thanos:v0.42.3', args: ['query'] },
      options,
    ),
  ];
}

/** The node exporter, a DaemonSet: one pod on each of the two nodes. */
export function nodeExporter(options: WorkloadOptions = {}): Manifest[] {
  const name = options.name ?? 'node-exporter';
  return [
    podSet('DaemonSet', name, {}, { name: 'node-exporter', image: options.image ?? 'node-exporter:v1.9.0' }, options),
  ];
}

function podSet(kind: string, name: string, spec: Manifest, container: Manifest, options: WorkloadOptions): Manifest {
  const labels = { 'app.kubernetes.io/name': name };
  const template = {
    metadata: { labels, annotations: options.podAnnotations ?? {} },
    spec: { terminationGracePeriodSeconds: 1, containers: [container] },
  };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, labels },
    spec: { ...spec, selector: { matchLabels: labels }, template },
  };
}

/** `kubectl apply` of manifests, client-side as most people do it: it leaves the last-applied annotation. */
export async function applyManifests(
  plane: ControlPlane,
  namespace: string,
  manifests: readonly Manifest[],
): Promise<void> {
  await kubectl(plane, ['apply', '-f', '-'], {
    namespace,
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }),
  });
}

/** `kubectl set image`: a new revision with another image in the first container. */
export async function setImage(plane: ControlPlane, namespace: string, target: string, image: string): Promise<void> {
  await kubectl(plane, ['set', 'image', target, `*=${image}`], { namespace });
}

/** Waits until the controller has seen the newest spec and every wanted pod is updated and available. */
export async function waitForRollout(
  plane: ControlPlane,
  namespace: string,
  target: string,
  timeoutMs = 30_000,
): Promise<void> {
  const done = async () => isRolledOut(await kubectlJson(plane, ['get', target], { namespace }));
  await waitUntil(done, { what: `${target} in ${namespace} to be rolled out`, timeoutMs });
}

/** Waits until a pod has the given reason in a container's waiting state, such as CrashLoopBackOff. */
export async function waitForWaitingReason(
  plane: ControlPlane,
  namespace: string,
  pod: string,
  reason: string,
): Promise<void> {
  const waiting = async () =>
    (await readPod(plane, namespace, pod)).status.containerStatuses?.some(
      (status: any) => status.state?.waiting?.reason === reason,
    );
  await waitUntil(waiting, { what: `${reason} of pod ${namespace}/${pod}` });
}

/** One pod as the API gives it. */
export async function readPod(plane: ControlPlane, namespace: string, pod: string): Promise<any> {
  return kubectlJson(plane, ['get', 'pod', pod], { namespace });
}

/** Images of the first container of every pod in the namespace, by pod name, with readiness. */
export async function podStates(
  plane: ControlPlane,
  namespace: string,
): Promise<Record<string, { image: string; ready: boolean }>> {
  const list = await kubectlJson(plane, ['get', 'pods'], { namespace });
  return Object.fromEntries(
    list.items.map((pod: any) => {
      const ready =
        pod.status.conditions?.some((condition: any) => condition.type === 'Ready' && condition.status === 'True') ??
        false;
      return [pod.metadata.name, { image: pod.spec.containers[0].image, ready }];
    }),
  );
}

/** `kubectl rollout status`' rules, without its text. */
function isRolledOut(object: any): boolean {
  const { spec, status, metadata } = object;
  if (status?.observedGeneration !== metadata.generation) return false;
  if (object.kind === 'DaemonSet')
    return (
      status.updatedNumberScheduled === status.desiredNumberScheduled &&
      status.numberAvailable === status.desiredNumberScheduled
    );
  const available = object.kind === 'StatefulSet' ? status.readyReplicas : status.availableReplicas;
  return status.updatedReplicas === spec.replicas && available === spec.replicas && status.replicas === spec.replicas;
}

/** Random objects of every built-in kind that can be made and put back, by table: each has two independent states of the same name. */
import fc from 'fast-check';
import type { JsonObject } from '../../lib/core/json.ts';

interface KindTable {
  readonly type: string;
  readonly clusterScoped?: true;
  /** Everything but apiVersion, kind and name. */
  readonly content: fc.Arbitrary<JsonObject>;
}

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const key = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,12}[a-z]$/);
// What YAML, JSON and shells trip over.
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.constantFrom('yes', '0x10', '1e3', ' leading', 'a\nb\n', '{"a": 1}', '한국어', ''));
const texts = fc.dictionary(key, text, { maxKeys: 4 });
const labels = fc.dictionary(word, word, { maxKeys: 3 });
const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value).toString('base64'));
const port = fc.integer({ min: 1, max: 65535 });
const ports = fc.uniqueArray(port, { minLength: 1, maxLength: 3 });
const args = fc.array(fc.constantFrom('--a', '--b=c', '--log.level=debug', '--x'), { maxLength: 4 });
const rules = fc.array(fc.record({ apiGroups: fc.constantFrom([''], ['apps']), resources: fc.subarray(['pods', 'services', 'configmaps'], { minLength: 1 }), verbs: fc.subarray(['get', 'list', 'watch'], { minLength: 1 }) }), { minLength: 1, maxLength: 3 });
const subjects = fc.array(word.map((name) => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name })), { minLength: 1, maxLength: 3 });
const selected = { matchLabels: { app: 'x' } };

const template = fc.record({ arguments_: args, volumes: fc.boolean(), env: texts, extra: labels }).map(({ arguments_, volumes, env, extra }) => ({
  metadata: { labels: { ...extra, app: 'x' } },
  spec: {
    containers: [{ name: 'app', image: 'app:v1', args: arguments_, env: Object.entries(env).map(([name, value]) => ({ name, value })), ...(volumes ? { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] } : {}) }],
    ...(volumes ? { volumes: [{ name: 'scratch', emptyDir: {} }] } : {}),
  },
}));
const nothing = { apiGroups: ['nothing.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nothings'] };
const spec = (values: Record<string, fc.Arbitrary<unknown>>) => fc.record(values).map((made) => ({ spec: made }) as unknown as JsonObject);

export const kindTables: readonly KindTable[] = [
  { type: 'v1/ConfigMap', content: fc.record({ data: texts, binaryData: fc.constant({}) }).map(({ data }) => ({ data })) },
  { type: 'v1/Secret', content: fc.record({ data: fc.dictionary(key, bytes, { maxKeys: 3 }), type: fc.constantFrom('Opaque', 'example.com/own') }) as fc.Arbitrary<JsonObject> },
  {
    type: 'v1/Service',
    content: fc.record({ numbers: ports, headless: fc.boolean(), affinity: fc.constantFrom('None', 'ClientIP') }).map(({ numbers, headless, affinity }) => ({
      spec: { selector: { app: 'x' }, ...(headless ? { clusterIP: 'None' } : { sessionAffinity: affinity }), ports: numbers.map((number) => ({ name: `p${number}`, port: number })) },
    })),
  },
  { type: 'v1/ServiceAccount', content: fc.record({ automountServiceAccountToken: fc.boolean(), imagePullSecrets: fc.uniqueArray(word, { maxLength: 2 }).map((names) => names.map((name) => ({ name }))) }) as fc.Arbitrary<JsonObject> },
  { type: 'v1/LimitRange', content: fc.integer({ min: 1, max: 9 }).map((cpu) => ({ spec: { limits: [{ type: 'Container', max: { cpu: `${cpu}00` } }] } })) },
  { type: 'v1/ResourceQuota', content: fc.integer({ min: 100, max: 999 }).map((pods) => ({ spec: { hard: { pods: `${pods}` } } })) },
  { type: 'v1/PodTemplate', content: template.map((made) => ({ template: made }) as unknown as JsonObject) },
  { type: 'v1/ReplicationController', content: template.map((made) => ({ spec: { replicas: 0, selector: { app: 'x' }, template: made } }) as unknown as JsonObject) },
  { type: 'apps/v1/ReplicaSet', content: spec({ replicas: fc.constant(0), selector: fc.constant(selected), template, minReadySeconds: fc.nat(9) }) },
  { type: 'apps/v1/Deployment', content: spec({ replicas: fc.constant(0), selector: fc.constant(selected), template, minReadySeconds: fc.nat(9), strategy: fc.constantFrom({ type: 'Recreate' }, { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }) }) },
  { type: 'apps/v1/StatefulSet', content: spec({ replicas: fc.constant(0), serviceName: word, podManagementPolicy: fc.constantFrom('OrderedReady', 'Parallel'), selector: fc.constant(selected), template, revisionHistoryLimit: fc.nat(9) }) },
  { type: 'apps/v1/DaemonSet', content: spec({ selector: fc.constant(selected), template: template.map((made) => ({ ...made, spec: { ...made.spec, nodeSelector: { nowhere: 'x' } } })), minReadySeconds: fc.nat(9) }) },
  { type: 'batch/v1/CronJob', content: fc.record({ made: template, minute: fc.nat(59) }).map(({ made, minute }) => ({ spec: { schedule: `${minute} 3 * * *`, suspend: true, jobTemplate: { spec: { template: { ...made, spec: { ...made.spec, restartPolicy: 'Never' } } } } } }) as unknown as JsonObject) },
  { type: 'networking.k8s.io/v1/NetworkPolicy', content: spec({ podSelector: fc.constantFrom({}, { matchLabels: { app: 'x' } }), policyTypes: fc.constant(['Ingress']), ingress: fc.array(port.map((number) => ({ ports: [{ protocol: 'TCP', port: number }] })), { maxLength: 3 }) }) },
  { type: 'networking.k8s.io/v1/Ingress', content: fc.record({ host: word, number: port }).map(({ host, number }) => ({ spec: { rules: [{ host: `${host}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'x', port: { number } } } }] } }] } })) },
  { type: 'policy/v1/PodDisruptionBudget', content: spec({ selector: fc.constant(selected), maxUnavailable: fc.nat(9) }) },
  { type: 'autoscaling/v2/HorizontalPodAutoscaler', content: spec({ minReplicas: fc.integer({ min: 1, max: 3 }), maxReplicas: fc.integer({ min: 4, max: 9 }), scaleTargetRef: fc.constant({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' }), metrics: fc.constant([{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }]) }) },
  { type: 'rbac.authorization.k8s.io/v1/Role', content: rules.map((made) => ({ rules: made }) as unknown as JsonObject) },
  { type: 'rbac.authorization.k8s.io/v1/RoleBinding', content: fc.record({ role: fc.constantFrom('view', 'edit'), subjects }).map(({ role, subjects: who }) => ({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role }, subjects: who })) },
  { type: 'discovery.k8s.io/v1/EndpointSlice', content: fc.nat(250).map((last) => ({ addressType: 'IPv4', endpoints: [{ addresses: [`10.9.8.${last + 1}`] }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] })) },
  { type: 'rbac.authorization.k8s.io/v1/ClusterRole', clusterScoped: true, content: rules.map((made) => ({ rules: made }) as unknown as JsonObject) },
  { type: 'scheduling.k8s.io/v1/PriorityClass', clusterScoped: true, content: fc.record({ value: fc.nat(1000), description: text }) as fc.Arbitrary<JsonObject> },
  { type: 'storage.k8s.io/v1/StorageClass', clusterScoped: true, content: fc.record({ provisioner: fc.constantFrom('a.example.com', 'b.example.com'), parameters: texts, allowVolumeExpansion: fc.boolean() }) as fc.Arbitrary<JsonObject> },
  { type: 'networking.k8s.io/v1/IngressClass', clusterScoped: true, content: spec({ controller: fc.constantFrom('example.com/a', 'example.com/b') }) },
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind): KindTable => ({
    type: `admissionregistration.k8s.io/v1/${kind}`,
    clusterScoped: true,
    content: fc.uniqueArray(word, { maxLength: 2 }).map((names) => ({ webhooks: names.map((name) => ({ name: `${name}.example.com`, admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Ignore', clientConfig: { url: 'https://127.0.0.1:1/' }, rules: [nothing] })) })),
  })),
  { type: 'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy', clusterScoped: true, content: spec({ failurePolicy: fc.constantFrom('Ignore', 'Fail'), matchConstraints: fc.constant({ resourceRules: [nothing] }), validations: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }).map((names) => names.map((message) => ({ expression: 'true', message }))) }) },
  { type: 'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding', clusterScoped: true, content: spec({ policyName: fc.constantFrom('nobody-a', 'nobody-b'), validationActions: fc.constantFrom(['Warn'], ['Audit'], ['Warn', 'Audit']) }) },
  { type: 'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy', clusterScoped: true, content: spec({ failurePolicy: fc.constantFrom('Ignore', 'Fail'), reinvocationPolicy: fc.constantFrom('Never', 'IfNeeded'), matchConstraints: fc.constant({ resourceRules: [nothing] }), mutations: fc.constant([{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }]) }) },
  { type: 'admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding', clusterScoped: true, content: spec({ policyName: fc.constantFrom('nobody-a', 'nobody-b') }) },
  { type: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding', clusterScoped: true, content: fc.record({ role: fc.constantFrom('nobody-a', 'nobody-b'), subjects }).map(({ role, subjects: who }) => ({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role }, subjects: who })) },
  { type: 'flowcontrol.apiserver.k8s.io/v1/FlowSchema', clusterScoped: true, content: spec({ matchingPrecedence: fc.integer({ min: 9001, max: 9999 }), priorityLevelConfiguration: fc.constant({ name: 'global-default' }) }) },
  { type: 'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration', clusterScoped: true, content: fc.nat(3).map((shares) => ({ spec: { type: 'Limited', limited: { nominalConcurrencyShares: shares, limitResponse: { type: 'Reject' } } } })) },
  { type: 'node.k8s.io/v1/RuntimeClass', clusterScoped: true, content: word.map((handler) => ({ handler })) },
  { type: 'resource.k8s.io/v1/DeviceClass', clusterScoped: true, content: word.map((name) => ({ spec: { selectors: [{ cel: { expression: `device.driver == "${name}.example.com"` } }] } })) },
  { type: 'resource.k8s.io/v1/ResourceClaim', content: word.map((deviceClassName) => ({ spec: { devices: { requests: [{ name: 'one', exactly: { deviceClassName } }] } } })) },
  { type: 'resource.k8s.io/v1/ResourceClaimTemplate', content: word.map((deviceClassName) => ({ spec: { spec: { devices: { requests: [{ name: 'one', exactly: { deviceClassName } }] } } } })) },
  { type: 'storage.k8s.io/v1/CSIDriver', clusterScoped: true, content: spec({ attachRequired: fc.boolean(), podInfoOnMount: fc.boolean(), storageCapacity: fc.boolean() }) },
  { type: 'storage.k8s.io/v1/VolumeAttributesClass', clusterScoped: true, content: fc.dictionary(word, word, { minKeys: 1, maxKeys: 3 }).map((parameters) => ({ driverName: 'a.example.com', parameters })) },
  { type: 'v1/Endpoints', content: fc.nat(250).map((last) => ({ subsets: [{ addresses: [{ ip: `10.9.8.${last + 1}` }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }] })) },
  // Whatever of these cannot be changed is never deleted for it: only what can be changed differs.
  { type: 'v1/PersistentVolume', clusterScoped: true, content: spec({ capacity: fc.constant({ storage: '1Gi' }), accessModes: fc.constant(['ReadWriteOnce']), storageClassName: fc.constant('nobody'), persistentVolumeReclaimPolicy: fc.constantFrom('Retain', 'Delete'), hostPath: fc.constant({ path: '/nowhere', type: '' }) }) },
  { type: 'v1/PersistentVolumeClaim', content: spec({ storageClassName: fc.constant('nobody-else'), accessModes: fc.constant(['ReadWriteOnce']), resources: fc.constant({ requests: { storage: '1Gi' } }) }) },
];

/** Kinds that a person could write, and why they are in no table. */
export const withoutTable: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io/v1/CustomResourceDefinition': 'a new type for everybody on this control plane: restore-rules.test.ts has one of its own',
  'apiregistration.k8s.io/v1/APIService': 'one without a server breaks discovery for everybody on this control plane',
  'batch/v1/Job': 'one that ran is not made again: restore-rules.test.ts',
  'v1/Namespace': 'takes all that is in it with it: restore-rules.test.ts makes one in another cluster',
};

/** What happens to an object after it was captured. */
export type Fate = 'changed' | 'deleted' | 'replaced' | 'untouched';

export interface RandomObject {
  readonly type: string;
  readonly clusterScoped: boolean;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly fate: Fate;
}

/** One object of each kind, in two states. */
export const randomObjects: fc.Arbitrary<RandomObject[]> = fc.tuple(
  ...kindTables.map(({ type, clusterScoped, content }) => {
    const state = fc.record({ content, labels, annotations: fc.dictionary(word, text, { maxKeys: 2 }) }).map(({ content: made, ...metadata }) => ({ ...made, metadata }));
    return fc.record({ before: state, after: state, fate: fc.constantFrom<Fate>('changed', 'deleted', 'replaced', 'untouched') }).map((made) => ({ type, clusterScoped: clusterScoped === true, ...made }));
  }),
);

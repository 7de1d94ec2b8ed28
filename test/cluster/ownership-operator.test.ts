/** The real Prometheus Operator and the CRDs of Argo CD, on a control plane of their own: chains of owners, and copied marks. */
import { beforeAll, expect, inject, onTestFinished } from 'vitest';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { helm, writeChart } from '../support/helm.ts';
import { kubectl } from '../support/kubectl.ts';
import { createNamespace } from '../support/namespace.ts';
import { installArgoTypes } from '../support/owner-types.ts';
import { startPrometheusOperator } from '../support/prometheus-operator.ts';
import { deploy, quickly, readRevisions, readWorkload, rollOut } from '../support/roll-outs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests, thanosQuery, waitForRollout } from '../support/workloads.ts';

let plane: ControlPlane;

beforeAll(async () => {
  const runFolder = inject('runFolder');
  plane = await startControlPlane(runFolder, 'owners');
  await Promise.all([installArgoTypes(plane), kubectl(plane, ['create', 'namespace', 'argocd'])]);
  return startPrometheusOperator(plane, runFolder);
  // A control plane and twelve large CRDs, on a machine that is busy with other tests.
}, 300_000);

const target = 'statefulset/prometheus-k8s';
const imageOf = (workload: any) => workload.spec.template.spec.containers.find(({ name }: any) => name === 'prometheus' || name === 'query').image;

function prometheus(image: string): object {
  return { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', metadata: { name: 'k8s' }, spec: { replicas: 1, version: 'v3.5.0', image, serviceAccountName: 'default' } };
}

async function waitForImage(namespace: string, image: string): Promise<void> {
  const done = async () => {
    const { stdout } = await kubectl(plane, ['get', target, '-o', 'jsonpath={.spec.template.spec.containers[?(@.name=="prometheus")].image}'], { namespace, allowFailure: true });
    return stdout === image;
  };
  await waitUntil(done, { what: `${target} with ${image}` });
  await waitForRollout(plane, namespace, target);
}

test('an operator, and above it a Helm release: both are told, copied annotations are not believed', async ({ runFolder, cli }) => {
  const namespace = await createNamespace(plane);
  const chart = writeChart(runFolder, 'stack', [prometheus('{{ .Values.image }}')], { image: 'prometheus:v3.5.0' });
  await helm(plane, runFolder, ['install', 'kps', chart, '-n', namespace]);
  await waitForImage(namespace, 'prometheus:v3.5.0');
  await helm(plane, runFolder, ['upgrade', 'kps', chart, '-n', namespace, '--set', 'image=prometheus:v3.6.0']);
  await waitForImage(namespace, 'prometheus:v3.6.0');
  // The trap is there: the set looks as if Helm had made it.
  expect((await readWorkload(plane, namespace, target)).metadata.annotations).toMatchObject({ 'meta.helm.sh/release-name': 'kps' });

  const proxy = await startFaultProxy(runFolder, plane);
  onTestFinished(() => proxy.stop());
  const refused = await cli('rollback', ['undo', target, '-n', namespace, '--yes'], { kubeconfig: proxy.kubeconfig });
  expect(refused).toEqual({
    exitCode: 4,
    stdout: '',
    stderr: expect.stringMatching(
      new RegExp(`^error: statefulset/prometheus-k8s is written by prometheus/k8s; an undo here would be put back at once
  prometheus/k8s   controller owner of statefulset/prometheus-k8s \\(ownerReferences\\)
  helm release kps   meta.helm.sh/release-name on prometheus/k8s, revision 2, deployed [^,]+ ago, 1 object
  Nothing was changed.
Make it durable:  helm rollback kps 1 -n ${namespace}   \\(the whole release to revision 1, 1 object\\)
Here nevertheless:  kubectl rollback undo statefulset/prometheus-k8s -n ${namespace} --without-hold   \\(1 object; put back at once, by prometheus/k8s\\)
$`),
    ),
  });
  proxy.forgetRequests();
  // Without a latency, requests that are sent together end one after the other on a busy machine, and look like a chain.
  proxy.setLatency(300);
  const plan = await cli('rollback', ['plan', target, '-n', namespace, '--without-hold'], { kubeconfig: proxy.kubeconfig });
  expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  expect(plan.stdout).toMatch(/\nOwner {5}prometheus\/k8s {3}controller owner of [^\n]*\n {10}helm release kps {3}meta[^\n]*\n/);
  expect(proxy.sequentialRoundTrips()).toBeLessThanOrEqual(8);
  proxy.setLatency(0);

  await helm(plane, runFolder, ['rollback', 'kps', '1', '-n', namespace]);
  await waitForImage(namespace, 'prometheus:v3.5.0');
});

test('--without-hold on what an operator makes: told as put back, and the operator puts it back', async ({ cli }) => {
  const namespace = await createNamespace(plane);
  await kubectl(plane, ['create', '-f', '-'], { namespace, input: JSON.stringify(prometheus('prometheus:v3.5.0')) });
  await waitForImage(namespace, 'prometheus:v3.5.0');
  await kubectl(plane, ['patch', 'prometheus/k8s', '--type=merge', '-p', '{"spec":{"image":"prometheus:v3.6.0"}}'], { namespace });
  await waitForImage(namespace, 'prometheus:v3.6.0');
  const options = { kubeconfig: plane.kubeconfig };
  const refused = await cli('rollback', ['plan', target, '-n', namespace], options);
  expect(refused).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringContaining(`\nMake it durable:  kubectl edit prometheuses.monitoring.coreos.com/k8s -n ${namespace}   (1 object)\n`) });
  const [first] = await readRevisions(plane, namespace, 'ControllerRevision');
  const undone = await cli('rollback', ['undo', target, '-n', namespace, '--without-hold', '--yes', `--to=${first!.hash}`, ...quickly], options);
  expect(undone.stderr).toMatch(/\nPut back by +at once, by prometheus\/k8s\n/);
  expect(undone).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringMatching(/\nerror: statefulset\/prometheus-k8s was put back by PrometheusOperator at /) });
  expect(imageOf(await readWorkload(plane, namespace, target))).toBe('prometheus:v3.6.0');
});

test('Argo CD: a tracking-id of its own, with the ApplicationSet above; a copied one; one of another Argo CD', async ({ cli }) => {
  const namespace = await createNamespace(plane);
  const options = { kubeconfig: plane.kubeconfig };
  const query = 'deployment/thanos-query';
  const set = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 'clusters', namespace: 'argocd' }, spec: { generators: [], template: { metadata: {}, spec: { project: 'default', destination: {} } } } };
  await kubectl(plane, ['create', '-f', '-'], { input: JSON.stringify(set) });
  const uid = (await kubectl(plane, ['get', 'applicationset/clusters', '-n', 'argocd', '-o', 'jsonpath={.metadata.uid}'])).stdout;
  const [live, before] = ['b'.repeat(40), 'a'.repeat(40)];
  const source = { repoURL: 'https://git.example.com/infra', path: 'thanos' };
  const application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'thanos', namespace: 'argocd', ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'clusters', uid, controller: true }] },
    spec: { project: 'default', source: { ...source, targetRevision: 'main' }, destination: { namespace }, syncPolicy: { automated: { selfHeal: true } } },
    status: {
      sync: { status: 'Synced', revision: live, comparedTo: { source, destination: { namespace } } },
      history: [before, live].map((revision, id) => ({ id, revision, deployedAt: '2026-11-22T03:12:00Z', source })),
      resources: [{ group: 'apps', version: 'v1', kind: 'Deployment', name: 'thanos-query', namespace }, { version: 'v1', kind: 'Service', name: 'thanos-query', namespace }],
    },
  };
  await kubectl(plane, ['create', '-f', '-'], { input: JSON.stringify(application) });
  await deploy(plane, namespace, query, thanosQuery({ replicas: 1 }));
  await rollOut(plane, namespace, query, 'thanos:v2');
  const mark = (id: string) => kubectl(plane, ['annotate', '--overwrite', query, `argocd.argoproj.io/tracking-id=${id}`], { namespace });

  await mark(`thanos:apps/Deployment:${namespace}/thanos-query`);
  expect(await cli('rollback', ['undo', query, '-n', namespace, '--yes'], options)).toEqual({
    exitCode: 4,
    stdout: '',
    stderr: `error: deployment/thanos-query is written by application/thanos; an undo here would be put back within seconds
  application/thanos   argocd.argoproj.io/tracking-id on deployment/thanos-query, at bbbbbbbbbbbb, Synced, 2 objects
  applicationset/clusters   controller owner of application/thanos (ownerReferences)
  Nothing was changed.
Make it durable: revert in https://git.example.com/infra what this shows:  git log --oneline ${before}..${live} -- thanos   (2 objects)
Here nevertheless:  kubectl rollback undo deployment/thanos-query -n ${namespace} --without-hold   (1 object; put back within seconds, by application/thanos (self-heal))
`,
  });

  await kubectl(plane, ['annotate', query, 'argocd.argoproj.io/installation-id=hub'], { namespace });
  await kubectl(plane, ['create', 'configmap', 'argocd-cm', '--from-literal=installationID=edge'], { namespace: 'argocd' });
  expect(await cli('rollback', ['plan', query, '-n', namespace], options)).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('\n  application/thanos   argocd.argoproj.io/tracking-id on deployment/thanos-query, not in this cluster, maybe in another\n'),
  });

  await mark(`thanos:monitoring.coreos.com/Prometheus:${namespace}/k8s`);
  expect(await cli('rollback', ['plan', query, '-n', namespace], options)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/\nNote [^]* is marked as of "thanos"; that does not count: its tracking-id names another object\n/),
  });
});

test('what a Prometheus reads: the operator renders some of it anew, and its set is never restarted from here', async ({ cli }) => {
  const namespace = await createNamespace(plane);
  const secret = (name: string, value: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { config: value } });
  const bucket = (name: string) => `type: FILESYSTEM\nconfig: {directory: /${name}}\n`;
  const spec = {
    replicas: 1, version: 'v3.5.0', image: 'prometheus:v3.5.0', serviceAccountName: 'default',
    additionalScrapeConfigs: { name: 'scrape', key: 'config' },
    thanos: { image: 'thanos:v0.39.0', objectStorageConfig: { name: 'bucket', key: 'config' } },
  };
  await applyManifests(plane, namespace, [secret('scrape', '[]'), secret('bucket', bucket('good')), { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', metadata: { name: 'k8s' }, spec }]);
  await waitForImage(namespace, 'prometheus:v3.5.0');
  const change = (name: string, value: string) => kubectl(plane, ['patch', `secret/${name}`, '--type=merge', '-p', JSON.stringify({ stringData: { config: value } })], { namespace });
  await change('scrape', '[{"job_name":"x"}]');
  await change('bucket', bucket('bad'));
  const plan = await cli('rollback', ['plan', 'secret/scrape', 'secret/bucket', '-n', namespace, '--restart=auto', '-o', 'json'], { kubeconfig: plane.kubeconfig });
  expect(plan, plan.stderr).toMatchObject({ exitCode: 0 });
  const { steps, notes } = JSON.parse(plan.stdout);
  expect(steps.map(({ kind }: any) => kind)).toEqual(['keep-objects', 'write-objects']);
  const users = notes.filter(({ code }: any) => code === 'dependent').map(({ params: { target: user, source, because, outcome, blocked } }: any) => [user, source, because, outcome, blocked].join(' ').trim());
  expect(users).toEqual(['prometheus/k8s secret/scrape operator reads', 'statefulset/prometheus-k8s secret/bucket environment blocked owner']);
});

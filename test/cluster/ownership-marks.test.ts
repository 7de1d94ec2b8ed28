/**
 * Who is above a workload, by the marks and the types of Argo CD, Flux and the autoscalers on a real API server: real
 * definitions, real discovery. Their controllers do not run; what they would have written is written here.
 */
import { beforeAll, expect, inject } from 'vitest';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { test } from '../support/fixtures.ts';
import { helm, writeChart } from '../support/helm.ts';
import { kubectl } from '../support/kubectl.ts';
import { createNamespace } from '../support/namespace.ts';
import { installArgoTypes, installFluxTypes, installVerticalPodAutoscalers } from '../support/owner-types.ts';
import { readRevisions, readWorkload } from '../support/roll-outs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { setImage, thanosQuery } from '../support/workloads.ts';

let plane: ControlPlane;
const target = 'deployment/thanos-query';
type Manifest = Record<string, any>;

beforeAll(async () => {
  plane = await startControlPlane(inject('runFolder'), 'marks');
  await Promise.all([installArgoTypes(plane), installFluxTypes(plane), installVerticalPodAutoscalers(plane), kubectl(plane, ['create', 'namespace', 'argocd'])]);
  // A second Argo CD, so that no other is taken for the only one.
  await kubectl(plane, ['create', 'configmap', 'argocd-cm', '-n', 'argocd']);
}, 300_000);

/** What a case works with: a namespace of its own, which is also its Argo CD's and its Flux', and one name for all in it. */
interface Place {
  namespace: string;
  create(object: Manifest): Promise<Manifest>;
  /** Labels and annotations of the target. */
  mark(metadata: { labels?: Record<string, string>; annotations?: Record<string, string> }): Promise<void>;
}

/** No pods are wanted; a plan needs a revision to go back to. */
async function waitForRevisions(namespace: string, count: number): Promise<void> {
  const isMade = async () => {
    const [revisions, { metadata, status }] = await Promise.all([readRevisions(plane, namespace, 'ReplicaSet'), readWorkload(plane, namespace, target)]);
    return revisions.length === count && status.observedGeneration === metadata.generation;
  };
  await waitUntil(isMade, { what: `${count} revisions of ${target} in ${namespace}` });
}

async function begin(): Promise<Place> {
  const namespace = await createNamespace(plane);
  const create = async (object: Manifest) => {
    const { status, ...desired } = object;
    const isOwnPart = object['kind'] === 'Kustomization';
    const input = JSON.stringify(isOwnPart ? desired : object);
    const created = JSON.parse((await kubectl(plane, ['create', '-o', 'json', '-f', '-'], { namespace, input })).stdout);
    // An Application's status is no subresource.
    if (isOwnPart) await kubectl(plane, ['patch', `${object['kind']}/${object['metadata'].name}`, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })], { namespace });
    return created;
  };
  const [query] = thanosQuery({ replicas: 0, image: 'thanos:v1' });
  await create(query!);
  await waitForRevisions(namespace, 1);
  await setImage(plane, namespace, target, 'thanos:v2');
  await waitForRevisions(namespace, 2);
  const mark = async (metadata: object) => void (await kubectl(plane, ['patch', target, '--type=merge', '-p', JSON.stringify({ metadata })], { namespace }));
  return { namespace, create, mark };
}

const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' };
const live = 'b'.repeat(40);
const listed = { group: 'apps', version: 'v1', kind: 'Deployment', name: 'thanos-query' };

/** An Application named after its namespace: all namespaces are asked for a name. */
function applicationOf({ namespace }: Place, resources: object[], metadata: object = {}, prefix = 'app'): Manifest {
  const source = { repoURL: 'https://git.example.com/infra', path: 'thanos', targetRevision: 'main' };
  return {
    ...application,
    metadata: { name: `${prefix}-${namespace}`, ...metadata },
    spec: { project: 'default', source, destination: { namespace } },
    status: { sync: { status: 'Synced', revision: live, comparedTo: { source, destination: { namespace } } }, resources },
  };
}

const trackedBy = (name: string, { namespace }: Place) => ({ 'argocd.argoproj.io/tracking-id': `${name}:apps/Deployment:${namespace}/thanos-query` });
const settings = (data: Record<string, string>): Manifest => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm' }, data });
const fluxLabels = (plural: 'kustomize' | 'helm', name: string, { namespace }: Place) => ({ [`${plural}.toolkit.fluxcd.io/name`]: name, [`${plural}.toolkit.fluxcd.io/namespace`]: namespace });

function kustomization(spec: object = {}): Manifest {
  const status = { lastAppliedRevision: 'main@sha1:aaaa', inventory: { entries: [{ id: 'ns_thanos-query_apps_Deployment', v: 'v1' }, { id: 'ns_thanos_apps_StatefulSet', v: 'v1' }] } };
  return { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 'infra' }, spec: { interval: '10m', prune: true, path: './thanos', sourceRef: { kind: 'GitRepository', name: 'infra' }, ...spec }, status };
}

function helmRelease(metadata: object = {}): Manifest {
  return { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name: 'thanos', ...metadata }, spec: { interval: '10m', chart: { spec: { chart: 'thanos' } } } };
}

function scaler(kind: 'HorizontalPodAutoscaler' | 'VerticalPodAutoscaler', name: string, more: object = {}): Manifest {
  const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'thanos-query' };
  const of = kind === 'HorizontalPodAutoscaler' ? { apiVersion: 'autoscaling/v2', spec: { scaleTargetRef: reference, maxReplicas: 4, ...more } } : { apiVersion: 'autoscaling.k8s.io/v1', spec: { targetRef: reference, ...more } };
  return { kind, metadata: { name }, ...of };
}

interface Case {
  name: string;
  prepare(place: Place): Promise<unknown>;
  /** Owners as `name | of | how | seen`; none: the plan is made without --without-hold. */
  owners: string[];
  /** When it is put back; a word of the advice; marks that do not count; autoscalers. */
  putBack?: string[];
  advice?: string;
  voided?: string[];
  drivers?: object[];
}

const own = 'deployment/thanos-query';
const cases: Case[] = [
  {
    name: 'a Kustomization that has it in its inventory',
    prepare: async (place) => [await place.create(kustomization()), await place.mark({ labels: fluxLabels('kustomize', 'infra', place) })],
    owners: [`kustomization/infra | ${own} | flux-labels | confirmed | 2 objects at main@sha1:aaaa`],
    putBack: ['interval'],
    advice: 'Make it durable: correct it in GitRepository infra, then:  flux reconcile kustomization infra -n NS --with-source   (2 objects)',
  },
  {
    name: 'a Kustomization that is suspended',
    prepare: async (place) => [await place.create(kustomization({ suspend: true })), await place.mark({ labels: fluxLabels('kustomize', 'infra', place) })],
    owners: [`kustomization/infra | ${own} | flux-labels | confirmed | 2 objects at main@sha1:aaaa`],
    putBack: ['resumed'],
  },
  {
    name: 'a Kustomization that is not here, maybe in the cluster of a hub',
    prepare: (place) => place.mark({ labels: fluxLabels('kustomize', 'gone', place) }),
    owners: [`kustomization/gone | ${own} | flux-labels | elsewhere`],
    putBack: ['unknown'],
  },
  {
    name: 'a HelmRelease, and the Kustomization above it',
    prepare: async (place) => {
      await place.create(kustomization());
      await place.create(helmRelease({ labels: fluxLabels('kustomize', 'infra', place) }));
      await place.mark({ labels: fluxLabels('helm', 'thanos', place) });
    },
    owners: [`helmrelease/thanos | ${own} | flux-labels | confirmed`, 'kustomization/infra | helmrelease/thanos | flux-labels | confirmed | 2 objects at main@sha1:aaaa'],
    putBack: ['interval'],
    advice: 'flux reconcile helmrelease thanos -n NS --with-source',
  },
  {
    name: 'an Application, the ApplicationSet that made it, and the Application of applications above',
    prepare: async (place) => {
      const { namespace } = place;
      await place.create(applicationOf(place, [], {}, 'root'));
      const annotations = { 'argocd.argoproj.io/tracking-id': `root-${namespace}:argoproj.io/ApplicationSet:${namespace}/clusters` };
      const set = await place.create({ ...application, kind: 'ApplicationSet', metadata: { name: 'clusters', annotations }, spec: { generators: [], template: { metadata: {}, spec: { project: 'default', destination: {} } } } });
      await place.create(applicationOf(place, [{ ...listed, namespace }], { ownerReferences: [{ ...application, kind: 'ApplicationSet', name: 'clusters', uid: set['metadata'].uid, controller: true }] }));
      await place.mark({ annotations: trackedBy(`app-${namespace}`, place) });
    },
    owners: [
      `application/app-NS | ${own} | tracking-id | confirmed | 1 object at ${live}`,
      'applicationset/clusters | application/app-NS | owner-reference | confirmed',
      `application/root-NS | applicationset/clusters | tracking-id | confirmed at ${live}`,
    ],
    putBack: ['next-sync'],
  },
  {
    name: 'an Application below another: app of apps',
    prepare: async (place) => {
      const { namespace } = place;
      await place.create(applicationOf(place, [], {}, 'root'));
      await place.create(applicationOf(place, [{ ...listed, namespace }], { annotations: { 'argocd.argoproj.io/tracking-id': `root-${namespace}:argoproj.io/Application:${namespace}/app-${namespace}` } }));
      await place.mark({ annotations: trackedBy(`app-${namespace}`, place) });
    },
    owners: [`application/app-NS | ${own} | tracking-id | confirmed | 1 object at ${live}`, `application/root-NS | application/app-NS | tracking-id | confirmed at ${live}`],
  },
  {
    name: 'an Application in a namespace that its tracking-id names',
    prepare: async (place) => [await place.create(applicationOf(place, [])), await place.mark({ annotations: trackedBy(`${place.namespace}_app-${place.namespace}`, place) })],
    owners: [`application/app-NS | ${own} | tracking-id | confirmed at ${live}`],
  },
  {
    name: 'a tracking-id of another installation: not the Application of that name here',
    prepare: async (place) => {
      await place.create(settings({ installationID: 'edge' }));
      await place.create(applicationOf(place, [{ ...listed, namespace: place.namespace }]));
      await place.mark({ annotations: { ...trackedBy(`app-${place.namespace}`, place), 'argocd.argoproj.io/installation-id': 'hub' } });
    },
    owners: [`application/app-NS | ${own} | tracking-id | elsewhere`],
    putBack: ['unknown'],
  },
  {
    name: 'a tracking-id of this installation',
    prepare: async (place) => {
      await place.create(settings({ installationID: 'edge' }));
      await place.create(applicationOf(place, []));
      await place.mark({ annotations: { ...trackedBy(`app-${place.namespace}`, place), 'argocd.argoproj.io/installation-id': 'edge' } });
    },
    owners: [`application/app-NS | ${own} | tracking-id | confirmed at ${live}`],
  },
  {
    name: 'a tracking-id that was copied from another object',
    prepare: async (place) => {
      await place.create(applicationOf(place, [{ ...listed, namespace: place.namespace, name: 'other' }]));
      await place.mark({ annotations: { 'argocd.argoproj.io/tracking-id': `app-${place.namespace}:apps/Deployment:${place.namespace}/other` } });
    },
    owners: [],
    voided: ['app-NS names-another'],
  },
  {
    name: 'a label of Argo CD, and the Application lists it',
    prepare: async (place) => [await place.create(applicationOf(place, [{ ...listed, namespace: place.namespace }])), await place.mark({ labels: { 'app.kubernetes.io/instance': `app-${place.namespace}` } })],
    owners: [`application/app-NS | ${own} | instance-label | confirmed | 1 object at ${live}`],
  },
  {
    name: 'the same label, and no Application lists it: every chart sets it',
    prepare: async (place) => [
      await place.create(applicationOf(place, [{ ...listed, namespace: place.namespace, name: 'other' }])),
      await place.mark({ labels: { 'app.kubernetes.io/instance': `app-${place.namespace}` } }),
    ],
    owners: [],
  },
  {
    name: 'the label that this Argo CD is set to',
    prepare: async (place) => {
      await place.create(settings({ 'application.instanceLabelKey': 'argocd.argoproj.io/instance', 'application.resourceTrackingMethod': 'label' }));
      await place.create(applicationOf(place, [{ ...listed, namespace: place.namespace }]));
      await place.mark({ labels: { 'argocd.argoproj.io/instance': `app-${place.namespace}`, 'app.kubernetes.io/instance': 'a-chart' } });
    },
    owners: [`application/app-NS | ${own} | instance-label | confirmed | 1 object at ${live}`],
  },
  {
    name: 'a tracking-id that is left over where labels count',
    prepare: async (place) => {
      await place.create(settings({ 'application.resourceTrackingMethod': 'label' }));
      await place.create(applicationOf(place, []));
      await place.mark({ annotations: trackedBy(`app-${place.namespace}`, place) });
    },
    owners: [],
    voided: ['app-NS not-listed'],
  },
  {
    name: 'autoscalers: replicas by one, requests by the other, nothing by one that only recommends or is of another',
    prepare: async ({ create }) => {
      await create(scaler('HorizontalPodAutoscaler', 'load', { minReplicas: 2 }));
      await create(scaler('VerticalPodAutoscaler', 'size'));
      await create(scaler('VerticalPodAutoscaler', 'advice', { updatePolicy: { updateMode: 'Off' } }));
      await create(scaler('VerticalPodAutoscaler', 'of-another', { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other' } }));
    },
    owners: [],
    drivers: [{ by: 'horizontalpodautoscaler/load', what: 'replicas', min: 2, max: 4 }, { by: 'verticalpodautoscaler/size', what: 'resources' }],
  },
];

function ownerText({ name, of, how, seen, objects, revision }: Manifest): string {
  const reach = objects === undefined ? '' : ` | ${objects} ${objects === 1 ? 'object' : 'objects'}`;
  return `${name} | ${of} | ${how} | ${seen}${reach}${revision === undefined ? '' : ` at ${revision}`}`;
}

test.concurrent.for(cases)('$name', async ({ prepare, owners, putBack, advice, voided = [], drivers }, { cli }) => {
  const place = await begin();
  await prepare(place);
  const { namespace } = place;
  const options = { kubeconfig: plane.kubeconfig };
  const inPlace = (text: string) => text.replaceAll('NS', namespace);
  const plan = await cli('rollback', ['plan', target, '-n', namespace, '-o', 'json', '--without-hold'], options);
  expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  const { targets, notes } = JSON.parse(plan.stdout);
  expect((targets[0].owners ?? []).map(ownerText)).toEqual(owners.map(inPlace));
  expect(targets[0].seen.drivers).toEqual(drivers);
  const noted = (code: string) => notes.filter((note: Manifest) => note['code'] === code).map(({ params }: Manifest) => params);
  expect(noted('owner-mark-void').map(({ mark, why }: Manifest) => `${mark} ${why}`)).toEqual(voided.map(inPlace));
  if (putBack) expect(noted('owner-puts-back')[0].putBack.map(({ when }: Manifest) => when)).toEqual(putBack);
  expect(noted('owners-contested')).toEqual([]);
  const refused = await cli('rollback', ['undo', target, '-n', namespace, '--dry-run=server'], options);
  expect(refused.exitCode).toBe(owners.length > 0 ? 4 : 0);
  if (advice !== undefined) expect(refused.stderr).toContain(inPlace(advice));
});

test.concurrent('replicas that an autoscaler drives: a step for them will be put back', async ({ cli }) => {
  const { namespace, create } = await begin();
  await create(scaler('HorizontalPodAutoscaler', 'load'));
  await create(scaler('VerticalPodAutoscaler', 'size'));
  const plan = await cli('rollback', ['plan', target, '-n', namespace, '--replicas=3'], { kubeconfig: plane.kubeconfig });
  expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  expect(plan.stdout).toMatch(/\nOwner +none above it; [^\n]*\n +replicas by horizontalpodautoscaler\/load \(1 to 4\)\n +requests of its pods by verticalpodautoscaler\/size\n/);
  expect(plan.stdout).toMatch(/\n(?:Put back by)? +replicas: horizontalpodautoscaler\/load drives them between 1 and 4\n/);
});

test.concurrent('a release of Flux: its Helm is not a second manager', async ({ cli, runFolder }) => {
  const place = await begin();
  const { namespace } = place;
  await place.create(helmRelease());
  const [query] = thanosQuery({ replicas: 0, image: 'thanos:v2' }) as Manifest[];
  // helm-controller labels what it renders (internal/postrender/common_renderer.go).
  const metadata = { ...query!['metadata'], labels: { ...query!['metadata'].labels, ...fluxLabels('helm', 'thanos', place) } };
  await helm(plane, runFolder, ['install', 'thanos', writeChart(runFolder, 'flux', [{ ...query, metadata }], {}), '-n', namespace, '--take-ownership']);
  const refused = await cli('rollback', ['undo', target, '-n', namespace, '--dry-run=server'], { kubeconfig: plane.kubeconfig });
  expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
  expect(refused.stderr).toMatch(/\n {2}helm release thanos {3}[^\n]*revision 1, deployed [^\n]*\n {2}helmrelease\/thanos {3}labels of Flux on deployment\/thanos-query\n {2}Nothing was changed\.\n/);
  expect(refused.stderr).toContain(`flux reconcile helmrelease thanos -n ${namespace} --with-source`);
  expect(refused.stderr).not.toMatch(/helm rollback|helm history|more than one/);
});

test.concurrent('what may not be read is told, and is not "nobody"', async ({ cli }) => {
  const place = await begin();
  const { namespace } = place;
  await place.create(applicationOf(place, [{ ...listed, namespace }]));
  await place.mark({ labels: { 'app.kubernetes.io/instance': `app-${namespace}` } });
  await kubectl(plane, ['create', 'rolebinding', 'viewer', '--clusterrole=view', '--user=viewer'], { namespace });
  const plan = await cli('rollback', ['plan', target, '-n', namespace, '--as=viewer'], { kubeconfig: plane.kubeconfig });
  expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
  expect(plan.stdout).toMatch(/\nOwner +not known: you may not get applications\.argoproj\.io\/app-\S+ in argocd\n/);
});

test.concurrent('field managers are the last hint: a program that wrote it is told, and nobody is not said to be above', async ({ cli }) => {
  const { namespace } = await begin();
  let revisions = 2;
  const apply = async (manager: string, image: string) => {
    const [query] = thanosQuery({ replicas: 0, image });
    await kubectl(plane, ['apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, '-f', '-'], { namespace, input: JSON.stringify(query) });
    await waitForRevisions(namespace, ++revisions);
  };
  const plan = () => cli('rollback', ['plan', target, '-n', namespace], { kubeconfig: plane.kubeconfig });
  for (const [at, manager] of ['argocd-controller', 'kustomize-controller', 'helm'].entries()) {
    await apply(manager, `thanos:v${at + 3}`);
    const { stdout, exitCode } = await plan();
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(new RegExp(`\nOwner +not known: nothing on it proves one; last written by ${manager} \\d+m?s ago\n`)) });
    expect(stdout).toMatch(new RegExp(`\nPut back by +${manager}, which wrote it last\n`));
  }
});

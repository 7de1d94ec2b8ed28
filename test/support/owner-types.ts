/** The types of controllers that write other people's objects, on a control plane of a test's own; the controllers themselves do not run. */
import { join } from 'node:path';
import { moduleFolder } from '../../scripts/tools/go-module.ts';
import type { ControlPlane } from './control-plane.ts';
import { kubectl } from './kubectl.ts';
import { waitUntil } from './wait-until.ts';

/** Application and ApplicationSet. */
export async function installArgoTypes(plane: ControlPlane): Promise<void> {
  const folder = join(await moduleFolder('github.com/argoproj/argo-cd/v3', 'v3.2.0'), 'manifests', 'crds');
  await install(plane, [join(folder, 'application-crd.yaml'), join(folder, 'applicationset-crd.yaml')], 'applications,applicationsets');
}

/** Kustomization and HelmRelease. */
export async function installFluxTypes(plane: ControlPlane): Promise<void> {
  const folder = join(await moduleFolder('github.com/fluxcd/kustomize-controller', 'v1.7.3'), 'config', 'crd', 'bases');
  await kubectl(plane, ['create', '-f', '-'], { input: JSON.stringify(helmReleases) });
  await install(plane, [join(folder, 'kustomize.toolkit.fluxcd.io_kustomizations.yaml')], 'kustomizations,helmreleases');
}

/** VerticalPodAutoscaler and its checkpoints. */
export async function installVerticalPodAutoscalers(plane: ControlPlane): Promise<void> {
  const folder = join(await moduleFolder('k8s.io/autoscaler/vertical-pod-autoscaler', 'v1.5.1'), 'deploy');
  await install(plane, [join(folder, 'vpa-v1-crd-gen.yaml')], 'verticalpodautoscalers');
}

async function install(plane: ControlPlane, files: readonly string[], types: string): Promise<void> {
  await kubectl(plane, ['create', ...files.flatMap((file) => ['-f', file])]);
  // `kubectl wait` fails on a definition that has no conditions yet.
  const served = async () => (await kubectl(plane, ['get', types, '-A'], { allowFailure: true })).exitCode === 0;
  await waitUntil(served, { what: `the types ${types}` });
}

// The module proxy does not have helm-controller, and its API module has no YAML: group, version and names are the real ones
// (helm-controller api/v2/helmrelease_types.go), the schema takes anything.
const helmReleases = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'helmreleases.helm.toolkit.fluxcd.io' },
  spec: {
    group: 'helm.toolkit.fluxcd.io',
    scope: 'Namespaced',
    names: { kind: 'HelmRelease', listKind: 'HelmReleaseList', plural: 'helmreleases', singular: 'helmrelease', shortNames: ['hr'] },
    versions: [
      { name: 'v2', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
    ],
  },
};

/**
 * The beginning of most stories here: a workload that runs, then a roll-out that goes wrong; and what a test compares before and after.
 */
import type { ControlPlane } from './control-plane.ts';
import { kubectlJson } from './kubectl.ts';
import { waitUntil } from './wait-until.ts';
import { applyManifests, setImage, waitForRollout } from './workloads.ts';

type Manifest = Record<string, any>;

/** Waits of seconds instead of the product's defaults: kwok's pods are Ready after one second and do not flap. */
export const quickly = ['--stable-for=1s', '--stuck-after=1s'] as const;

/** Applies manifests and waits until the workload is rolled out. */
export async function deploy(
  plane: ControlPlane,
  namespace: string,
  target: string,
  manifests: readonly Manifest[],
): Promise<void> {
  await applyManifests(plane, namespace, manifests);
  await waitForRollout(plane, namespace, target);
}

/** A new image that rolls out well. */
export async function rollOut(plane: ControlPlane, namespace: string, target: string, image: string): Promise<void> {
  await setImage(plane, namespace, target, image);
  await waitForRollout(plane, namespace, target);
}

/** A new image whose pods fail (`broken`, `oom`, `missing`); returns when one of them does. */
export async function rollOutBadly(
  plane: ControlPlane,
  namespace: string,
  target: string,
  image: string,
): Promise<void> {
  await setImage(plane, namespace, target, image);
  await waitForFailingPod(plane, namespace, image);
}

/** Waits until a pod of the image is in CrashLoopBackOff or ImagePullBackOff. */
export async function waitForFailingPod(plane: ControlPlane, namespace: string, image: string): Promise<void> {
  const fails = async () =>
    (await listPods(plane, namespace)).some(
      (pod) =>
        pod.spec.containers[0].image === image &&
        pod.status.containerStatuses?.some((status: any) => /BackOff$/.test(status.state?.waiting?.reason ?? '')),
    );
  await waitUntil(fails, { what: `a failing pod of ${image} in ${namespace}` });
}

/** A manifest with its workload changed: `change` gets a copy of the one with a pod template. */
export function withSpec(manifests: readonly Manifest[], change: (spec: any) => void): Manifest[] {
  const copies = structuredClone(manifests) as Manifest[];
  change(copies.find((manifest) => manifest.spec?.template)!.spec);
  return copies;
}

/** The workload as the API gives it. */
export async function readWorkload(plane: ControlPlane, namespace: string, target: string): Promise<any> {
  return kubectlJson(plane, ['get', target, '--show-managed-fields'], { namespace });
}

/** Pods of the namespace that are not on their way out. */
export async function listPods(plane: ControlPlane, namespace: string): Promise<any[]> {
  const { items } = await kubectlJson(plane, ['get', 'pods'], { namespace });
  return items.filter((pod: any) => pod.metadata.deletionTimestamp === undefined);
}

/** UIDs of the Ready pods by name: a pod that was touched has another. */
export async function readyPodUids(plane: ControlPlane, namespace: string): Promise<Record<string, string>> {
  const isReady = (pod: any) =>
    pod.status.conditions?.some((condition: any) => condition.type === 'Ready' && condition.status === 'True');
  const ready = (await listPods(plane, namespace)).filter(isReady);
  return Object.fromEntries(ready.map((pod) => [pod.metadata.name, pod.metadata.uid]));
}

/** Images of the pods, sorted; how many of which there are is often all that matters. */
export async function podImages(plane: ControlPlane, namespace: string): Promise<string[]> {
  return (await listPods(plane, namespace)).map((pod) => pod.spec.containers[0].image).sort();
}

/** Name, hash and number of the workload's revisions, oldest number first. */
export async function readRevisions(
  plane: ControlPlane,
  namespace: string,
  kind: 'ReplicaSet' | 'ControllerRevision',
): Promise<{ name: string; hash: string; number: number }[]> {
  const { items } = await kubectlJson(plane, ['get', kind], { namespace });
  return items
    .map((item: any) => ({
      name: item.metadata.name,
      hash: item.metadata.name.slice(item.metadata.name.lastIndexOf('-') + 1),
      number: Number(item.revision ?? item.metadata.annotations['deployment.kubernetes.io/revision']),
    }))
    .sort((a: { number: number }, b: { number: number }) => a.number - b.number);
}

/** The run's id, from what the command said. */
export function runIdIn(result: { stderr: string }): string {
  const id = /\brun (r-[0-9a-z]+)/.exec(result.stderr)?.[1];
  if (!id) throw new Error(`no run in:\n${result.stderr}`);
  return id;
}

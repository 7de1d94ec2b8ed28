import type { ObjectRef } from '../run/plan.ts';

/** As `-o name` prints it: `statefulset.apps/thanos-receive`. */
export function fullName(ref: Pick<ObjectRef, 'apiVersion' | 'kind' | 'name'>): string {
  const group = ref.apiVersion.includes('/') ? `.${ref.apiVersion.split('/')[0]}` : '';
  return `${ref.kind.toLowerCase()}${group}/${ref.name}`;
}

/** Names for one line: the first ones, and how many more. */
export function someOf(names: readonly string[], most = 3): string[] {
  return names.length > most ? [...names.slice(0, most - 1), `+${names.length - most + 1}`] : [...names];
}

/** `quay.io/thanos/thanos:v0.42.4` → `thanos:v0.42.4`; a digest keeps twelve digits. */
export function shortImage(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1).replace(/@sha256:([0-9a-f]{12})[0-9a-f]*/, '@$1');
}

/** Images in few words: the first ones, and how many more. */
export function imagesText(images: readonly string[], wide: boolean, most = 2): string {
  if (wide) return images.join(',');
  const shown = images.slice(0, most).map(shortImage).join(', ');
  return images.length > most ? `${shown} +${images.length - most}` : shown;
}

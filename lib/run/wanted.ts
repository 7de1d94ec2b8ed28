import type { Context } from '../core/context.ts';
import type { KubeObject } from '../kube/types.ts';
import { readPreImage, savePreImage } from './pre-image.ts';
import type { StoredRun } from './run-store.ts';
import { safetyHead } from './safety-head.ts';

/** Beside the pre-images, and kept and shared as they are: what the run is to write. */
export const wantedName = 'wanted';

/** Keeps the objects that a run is to write, as they were captured. @throws file.write; identity.*, recipient.broken */
export async function saveWanted(run: StoredRun, objects: readonly KubeObject[], serverNow: Date, context: Context): Promise<void> {
  const head = safetyHead(run, { id: wantedName, target: undefined }, objects, serverNow, context);
  await savePreImage(run.directory, wantedName, { ...head, purpose: 'wanted' }, objects, context);
}

/** @returns undefined for a run that writes no objects @throws pre-image.sealed, snapshot.* */
export function readWanted(directory: string, context: Context): Promise<KubeObject[] | undefined> {
  return readPreImage(directory, wantedName, context);
}

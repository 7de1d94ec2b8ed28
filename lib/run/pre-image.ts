import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateDirectory, writeDurably } from '../core/durable-file.ts';
import { RetraceError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { parseJson, stringifyJson } from '../core/json.ts';

const folder = 'pre-images';

/**
 * Saves what an object was before a step writes it. A step that is run again after a crash keeps the first image:
 * the later one may already be its own work.
 * @returns the file's name below the run directory
 * @throws file.write
 */
export async function savePreImage(directory: string, stepId: string, object: JsonObject): Promise<string> {
  const name = join(folder, `${stepId}.json`);
  await makePrivateDirectory(join(directory, folder));
  const existing = await readdir(join(directory, folder)).catch(() => [] as string[]);
  if (!existing.includes(`${stepId}.json`)) await writeDurably(join(directory, name), `${stringifyJson(object, 2)}\n`);
  return name;
}

/** What the object was before step `stepId` wrote it; undefined when that step never came to write. @throws file.unreadable */
export async function readPreImage(directory: string, stepId: string): Promise<JsonObject | undefined> {
  const path = join(directory, folder, `${stepId}.json`);
  try {
    return parseJson(await readFile(path, 'utf8')) as JsonObject;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new RetraceError('file.unreadable', { path, detail: (error as Error).message }, { cause: error });
  }
}

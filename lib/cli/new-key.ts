import { access } from 'node:fs/promises';
import type { Context } from '../core/context.ts';
import { identityPath } from '../snapshot/identity.ts';
import type { CommandEnvironment } from './environment.ts';
import { say } from './print.ts';

/**
 * Says that a key was made while `work` went on, whoever made it and however it ended: a run makes one before it keeps the first
 * object that holds a credential. Said at the end, not between the lines of a run that is drawn.
 */
export async function tellNewKey<T>(env: CommandEnvironment, work: () => Promise<T>): Promise<T> {
  const before = await findKey(env.context);
  try {
    return await work();
  } finally {
    const path = before === undefined ? await findKey(env.context) : undefined;
    if (path !== undefined) await say(env.messages.run.madeKey(path), env);
  }
}

async function findKey(context: Context): Promise<string | undefined> {
  try {
    const path = identityPath(context);
    await access(path);
    return path;
  } catch {
    return undefined;
  }
}

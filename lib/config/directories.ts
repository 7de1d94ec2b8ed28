import { join } from 'node:path';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';

/**
 * Where runs, evidence and pre-images are kept: `$XDG_STATE_HOME/retrace`, else `~/.local/state/retrace`
 * (`%LOCALAPPDATA%\retrace` on Windows).
 * @throws file.write when the environment names no home at all
 */
export function stateDirectory(context: Pick<Context, 'env' | 'platform'>): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = context.env;
  if (XDG_STATE_HOME) return join(XDG_STATE_HOME, 'retrace');
  if (context.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'retrace');
  return join(homeDirectory(context), '.local', 'state', 'retrace');
}

/** @throws file.write when neither HOME nor USERPROFILE is set */
export function homeDirectory(context: Pick<Context, 'env'>): string {
  const home = context.env.HOME || context.env.USERPROFILE;
  if (!home) throw new RetraceError('file.write', { path: '$XDG_STATE_HOME', detail: 'neither XDG_STATE_HOME nor HOME is set' });
  return home;
}

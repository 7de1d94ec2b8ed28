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

/** Where snapshots are kept: `$XDG_DATA_HOME/retrace`, else `~/.local/share/retrace` (`%LOCALAPPDATA%\\retrace` on Windows). */
export function dataDirectory(context: Pick<Context, 'env' | 'platform'>): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = context.env;
  if (XDG_DATA_HOME) return join(XDG_DATA_HOME, 'retrace');
  if (context.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'retrace');
  return join(homeDirectory(context), '.local', 'share', 'retrace');
}

/** Where a person writes things down: `$XDG_CONFIG_HOME/retrace`, else `~/.config/retrace` (`%APPDATA%\\retrace` on Windows). */
export function configDirectory(context: Pick<Context, 'env' | 'platform'>): string {
  const { XDG_CONFIG_HOME, APPDATA } = context.env;
  if (XDG_CONFIG_HOME) return join(XDG_CONFIG_HOME, 'retrace');
  if (context.platform === 'win32' && APPDATA) return join(APPDATA, 'retrace');
  return join(homeDirectory(context), '.config', 'retrace');
}

/** @throws file.write when neither HOME nor USERPROFILE is set */
export function homeDirectory(context: Pick<Context, 'env'>): string {
  const home = context.env.HOME || context.env.USERPROFILE;
  if (!home) throw new RetraceError('file.write', { path: '$XDG_STATE_HOME', detail: 'neither XDG_STATE_HOME nor HOME is set' });
  return home;
}

import type { Context } from '../core/context.ts';
import type { Connection } from './types.ts';

/**
 * The server's now in milliseconds: the laptop's clock corrected by the latest Date header. What is compared with times
 * in objects uses this.
 */
export function serverNowMs(connection: Pick<Connection, 'clockOffsetMs'>, context: Pick<Context, 'now'>): number {
  return context.now().getTime() + connection.clockOffsetMs();
}

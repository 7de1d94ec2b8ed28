import type { Plan } from '../run/plan.ts';
import type { CommandEnvironment } from './environment.ts';
import { confirmRestarts, mayAsk } from './prompts.ts';

export interface RestartArgs {
  restart: 'auto' | 'never' | 'ask';
  dryRun: 'none' | 'server' | 'client';
  yes: boolean;
  noInput: boolean;
}

/**
 * Plans with restarts or without, as the flag and the person want it: `ask` asks where somebody can be asked and there is
 * somebody to restart, and restarts nobody otherwise.
 * @throws run.interrupted-before for Ctrl-C at the question; what `make` throws
 */
export async function planWithRestarts<P extends { plan: Plan }>(args: RestartArgs, env: CommandEnvironment, make: (restart: 'auto' | 'never') => Promise<P>): Promise<P> {
  const isAsked = args.restart === 'ask' && args.dryRun === 'none' && !args.yes && mayAsk(args, env);
  const first = await make(isAsked || args.restart === 'auto' ? 'auto' : 'never');
  return isAsked && !(await confirmRestarts(first.plan, env)) ? make('never') : first;
}

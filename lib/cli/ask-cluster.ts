import { RetraceError } from '../core/errors.ts';
import type { CommandEnvironment } from './environment.ts';
import { say } from './print.ts';

const cannotBeAsked = /^(kubeconfig|credentials|access|server|cluster)\./;

/** Asks the cluster; when it cannot be asked, says so on stderr and gives what this machine knows. */
export async function askCluster<T>(env: CommandEnvironment, ask: () => Promise<T>, known: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RetraceError) || !cannotBeAsked.test(error.code)) throw error;
    const { messageOf } = await import('../output/failure.ts');
    const { text, lines = [] } = messageOf(error, env.messages);
    await say(env.messages.run.onlyThisMachine([text, ...lines].join('; ')), env);
    return known();
  }
}

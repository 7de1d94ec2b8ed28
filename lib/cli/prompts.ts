import { RetraceError } from '../core/errors.ts';
import { wrapWords } from '../output/lines.ts';
import { someOf } from '../output/names.ts';
import { printable } from '../output/printable.ts';
import { displayName } from '../run/object-ref.ts';
import { isWritten } from '../run/plan.ts';
import type { Plan } from '../run/plan.ts';
import type { CommandEnvironment } from './environment.ts';

export interface Answers {
  yes: boolean;
  /** From --confirm. */
  confirm: string | undefined;
  noInput: boolean;
}

/**
 * Refuses before the cluster is asked for anything, when a question will come and nobody could answer it.
 * @throws RetraceError usage.confirm-needed with the command that needs no question
 */
export function requireSomebodyToAsk(answers: Answers, env: CommandEnvironment, commandWithYes: string): void {
  if (answers.yes || answers.confirm !== undefined || mayAsk(answers, env)) return;
  throw new RetraceError('usage.confirm-needed', { command: commandWithYes });
}

/**
 * Asks before a plan is carried out; returns only when the answer is yes.
 * @throws RetraceError run.interrupted-before for a no; usage.confirm-* where nobody can be asked
 */
export async function confirmPlan(plan: Plan, answers: Answers, env: CommandEnvironment, commandWithYes: string): Promise<void> {
  const wanted = plan.confirmation.kind === 'type-name' ? plan.confirmation.name : undefined;
  if (answers.confirm !== undefined) {
    const name = wanted ?? plan.targets[0]?.object.name ?? '';
    if (answers.confirm !== name) throw new RetraceError('usage.confirm-name-needed', { name, flag: `--confirm=${name}` });
    return;
  }
  if (wanted === undefined && answers.yes) return;
  if (!mayAsk(answers, env)) {
    if (wanted === undefined) throw new RetraceError('usage.confirm-needed', { command: commandWithYes });
    throw new RetraceError('usage.confirm-name-needed', { name: wanted, flag: `--confirm=${wanted}` });
  }
  const isYes = wanted === undefined ? await askYesOrNo(questionOf(plan, env), env) : await askName(wanted, plan, env);
  if (!isYes) throw new RetraceError('run.interrupted-before', {});
}

/**
 * Asks a question that a plain yes answers; returns only then.
 * @throws RetraceError run.interrupted-before for a no; usage.confirm-needed where nobody can be asked
 */
export async function confirmQuestion(question: string, answers: Answers, env: CommandEnvironment, commandWithYes: string): Promise<void> {
  if (answers.yes) return;
  if (!mayAsk(answers, env)) throw new RetraceError('usage.confirm-needed', { command: commandWithYes });
  if (!(await askYesOrNo(wrapQuestion(question, env), env))) throw new RetraceError('run.interrupted-before', {});
}

/** Whether there is somebody to ask. */
export function mayAsk({ noInput }: Pick<Answers, 'noInput'>, env: CommandEnvironment): boolean {
  return env.terminal !== undefined && !noInput;
}

/** Asks whether the workloads that a plan restarts are to be restarted; yes where there is none. @throws run.interrupted-before for Ctrl-C */
export async function confirmRestarts(plan: Plan, env: CommandEnvironment): Promise<boolean> {
  const restarted = plan.steps.flatMap(({ kind, target }) => (kind === 'restart' && target ? [displayName(target)] : []));
  if (restarted.length === 0) return true;
  const { default: confirm } = await import('@inquirer/confirm');
  return answerOf(env, (context) => confirm({ message: wrapQuestion(env.messages.questions.restart(someOf(restarted)), env), default: true }, context));
}

function questionOf(plan: Plan, env: CommandEnvironment): string {
  const { messages } = env;
  const written = plan.targets.filter(isWritten);
  const targets = someOf(written.map(({ object }) => displayName(object)));
  const namespaces = [...new Set(written.map(({ object }) => object.namespace).filter((namespace) => namespace !== ''))];
  const place = { targets, namespaces, context: plan.cluster.contextName, server: plan.cluster.server };
  const ask = { undo: messages.questions.rollBack, restore: messages.questions.restore, revert: messages.questions.revert }[plan.purpose];
  return wrapQuestion(ask(place), env);
}

function wrapQuestion(question: string, { errStyle }: CommandEnvironment): string {
  // Room for the prompt's own sign before and the hint after.
  return wrapWords(printable(question), (errStyle.columns ?? 80) - 10).join('\n  ');
}

async function askYesOrNo(message: string, env: CommandEnvironment): Promise<boolean> {
  const { default: confirm } = await import('@inquirer/confirm');
  return answerOf(env, (context) => confirm({ message, default: false }, context));
}

async function askName(name: string, plan: Plan, env: CommandEnvironment): Promise<boolean> {
  const { default: input } = await import('@inquirer/input');
  const { questions } = env.messages;
  const message = `${questionOf(plan, env)}\n  ${questions.typeName(name)}`;
  const validate = (typed: string) => typed === '' || typed === name || questions.wrongName(name);
  return (await answerOf(env, (context) => input({ message, validate }, context))) === name;
}

type PromptContext = { input: NodeJS.ReadableStream; output: NodeJS.WritableStream; signal: AbortSignal };

// Ctrl-C and Ctrl-D at a question are a no. Inquirer throws for the first and for our own signal; under Bun the second
// closes its line reader and leaves the question standing for ever (@inquirer/core 12, Bun 1.4.5).
async function answerOf<T>({ terminal, context }: CommandEnvironment, ask: (prompt: PromptContext) => Promise<T>): Promise<T> {
  const { input, output } = terminal!;
  const endOfInput = new AbortController();
  const onData = (bytes: unknown) => {
    if (String(bytes).includes('\u0004')) endOfInput.abort();
  };
  input.on('data', onData);
  try {
    return await ask({ input, output, signal: AbortSignal.any([context.signal, endOfInput.signal]) });
  } catch (error) {
    if (error instanceof Error && /^(Exit|Abort|Cancel)PromptError$/.test(error.name)) throw new RetraceError('run.interrupted-before', {});
    throw error;
  } finally {
    input.off('data', onData);
    input.pause();
  }
}

import { readFile } from 'node:fs/promises';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { Plan } from '../run/plan.ts';
import { acceptPlan, parsePlan } from '../run/run-store.ts';

/**
 * Reads a plan saved with `plan -o json` or `-o yaml`; `-` is standard input.
 * @throws file.unreadable; plan.broken with the member that is wrong
 */
export async function readPlanFile(path: string, context: Context): Promise<Plan> {
  const text = path === '-' ? await context.streams.stdin.readAll() : await readText(path);
  if (text.trimStart().startsWith('{')) return parsePlan(text, path);
  const { load } = await import('js-yaml');
  let value: unknown;
  try {
    value = load(text);
  } catch (error) {
    const detail = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new RetraceError('plan.broken', { path, detail: `neither JSON nor YAML: ${detail}` }, { cause: error });
  }
  return acceptPlan(value, path);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new RetraceError('file.unreadable', { path, detail: (error as Error).message }, { cause: error });
  }
}

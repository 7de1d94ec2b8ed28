import { execa } from 'execa';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';

/** Where a work tree stands. */
export interface GitState {
  /** Full name of the commit that HEAD is. */
  commit: string;
  /** True when something in it is not committed: the commit is not all of what is there. */
  dirty: boolean;
}

// A question nobody can answer must be an error: git would wait for a password for ever.
const unattended = { GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };

/** Runs git in a work tree. @returns stdout and the exit code @throws git.failed when it cannot be started, or ends with a code that is not expected */
async function git(directory: string, args: readonly string[], context: Context, expected: readonly number[] = [0]): Promise<{ stdout: string; exitCode: number }> {
  const env = { ...context.env, ...unattended };
  const result = await execa('git', ['-C', directory, ...args], { cwd: context.cwd, env, extendEnv: false, reject: false, stdin: 'ignore', cancelSignal: context.signal });
  const { exitCode } = result;
  if (exitCode !== undefined && expected.includes(exitCode)) return { stdout: result.stdout, exitCode };
  const detail = result.stderr?.trim() || result.shortMessage || `exit code ${exitCode}`;
  throw new RetraceError('git.failed', { directory, command: `git ${args[0]}`, detail });
}

/** The commit that a work tree is at, and whether it has more. @throws git.failed: no work tree, no commit, no git */
export async function readGitState(directory: string, context: Context): Promise<GitState> {
  const commit = (await git(directory, ['rev-parse', '--verify', 'HEAD^{commit}'], context)).stdout.trim();
  const { stdout } = await git(directory, ['status', '--porcelain'], context);
  return { commit, dirty: stdout.trim() !== '' };
}

/** @throws git.bad-tag when git takes no tag of that name; git.tag-exists when there is one; git.failed */
export async function checkTagIsFree(directory: string, tag: string, context: Context): Promise<void> {
  const form = await git(directory, ['check-ref-format', `refs/tags/${tag}`], context, [0, 1]);
  if (form.exitCode !== 0 || tag.startsWith('-')) throw new RetraceError('git.bad-tag', { tag });
  const found = await git(directory, ['rev-parse', '--verify', '--quiet', `refs/tags/${tag}`], context, [0, 1]);
  if (found.exitCode === 0) throw new RetraceError('git.tag-exists', { tag, directory, commit: found.stdout.trim() });
}

/** Makes an annotated tag at a commit; never moves one. @throws git.failed */
export async function makeTag(directory: string, tag: string, commit: string, message: string, context: Context): Promise<void> {
  await git(directory, ['tag', '--annotate', `--message=${message}`, tag, commit], context);
}

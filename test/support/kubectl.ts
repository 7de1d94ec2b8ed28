/** The listed kubectl against a control plane of the tests. */
import { execa } from 'execa';
import { toolPath } from '../../scripts/tools/build.ts';

/** What a child process said and how it ended. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code; undefined when a signal ended it. */
  readonly exitCode: number | undefined;
}

/** Options of one kubectl call. */
export interface KubectlOptions {
  readonly namespace?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Return a non-zero exit instead of throwing. */
  readonly allowFailure?: boolean;
}

/** Runs kubectl as administrator. Throws with kubectl's own message when it fails, unless `allowFailure`. */
export async function kubectl(
  plane: { readonly kubeconfig: string },
  args: readonly string[],
  options: KubectlOptions = {},
): Promise<CommandResult> {
  const namespace = options.namespace ? ['--namespace', options.namespace] : [];
  const result = await execa(await toolPath('kubectl'), ['--kubeconfig', plane.kubeconfig, ...namespace, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent' },
    extendEnv: false,
    reject: false,
    timeout: options.timeoutMs ?? 60_000,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  if (result.exitCode !== 0 && !options.allowFailure) {
    throw new Error(`kubectl ${args.join(' ')} ended with ${result.exitCode ?? result.signal}: ${result.stderr}`);
  }
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode };
}

/** `kubectl get … -o json`, read. */
export async function kubectlJson<T = any>(
  plane: { readonly kubeconfig: string },
  args: readonly string[],
  options: KubectlOptions = {},
): Promise<T> {
  const { stdout } = await kubectl(plane, [...args, '--output', 'json'], options);
  return JSON.parse(stdout) as T;
}

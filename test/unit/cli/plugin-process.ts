/** Runs a plugin from its source as a child process, where no cluster is needed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Ended {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

export interface CallOptions {
  env?: Record<string, string>;
  input?: string;
  plugin?: 'rollback' | 'snapshot' | 'verify';
}

/** A fresh home for one test file: the person's own kubeconfig and runs are out of reach. */
export function createHome(): { home: string; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), 'retrace-home-'));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** Runs it to its end, with nothing of the environment but what is given. */
export function runPluginProcess(home: string, args: readonly string[], options: CallOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'plugins', options.plugin ?? 'rollback', 'main.ts'), ...args], {
      cwd: home,
      env: { PATH: '/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8', ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ stdout, stderr, exitCode }));
    child.stdin?.end(options.input);
  });
}

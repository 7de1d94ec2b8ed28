/**
 * Starts the watchdog of a run: a process of its own session that ends the run when this process is gone, however that came about.
 * vitest's own teardown does not run on kill -9.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Watches over `runFolder` for as long as this process lives. The pipe is the signal: the kernel closes it with us. */
export function startWatchdog(runFolder: string): void {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, runFolder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  // An open pipe must not keep a finished test run alive.
  (child.stdin as unknown as { unref?: () => void }).unref?.();
}

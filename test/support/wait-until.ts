/** Waiting in tests: always for a condition, never for a time. */
import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait, and what for; `what` is what the failure says. */
export interface WaitOptions {
  readonly what: string;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/**
 * Calls `condition` until it gives something truthy, and returns that. An error of the condition counts as "not yet"; the last one is named
 * when time is up.
 */
export async function waitUntil<T>(
  condition: () => Promise<T> | T,
  options: WaitOptions,
): Promise<NonNullable<Exclude<T, false>>> {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const deadlineMs = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as NonNullable<Exclude<T, false>>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadlineMs) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${options.what}`, { cause: lastError });
    }
    await pause(options.everyMs ?? 200);
  }
}

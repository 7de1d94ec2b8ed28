import type { Context } from '../../../lib/core/context.ts';

/** A context for lib/kube: the real clock, no environment but the one given, no terminal. */
export function makeContext(parts: Partial<Context> = {}): Context {
  return {
    now: () => new Date(),
    random: () => 0,
    env: {},
    cwd: '/',
    platform: 'linux',
    user: 'alice',
    host: 'laptop',
    pid: 4242,
    signal: new AbortController().signal,
    streams: { stdin: { isTTY: false, readAll: async () => '' }, stdout: silent, stderr: silent },
    ...parts,
  } as Context;
}

const silent = { isTTY: false, columns: undefined, write: async () => {} };

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tryLock, withBuildLock } from '../../../scripts/tools/build-lock.ts';
import { identifyProcess, isSameProcess } from '../../../scripts/tools/process-identity.ts';

let folder = '';
let lock = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-test-'));
  lock = join(folder, 'build.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a held lock is refused, a released one is free', async () => {
  await withBuildLock(
    lock,
    () => {},
    async () => expect(tryLock(lock)).toBe(false),
  );
  expect(existsSync(lock)).toBe(false);
});

test('the lock of a dead process is taken over', () => {
  writeFileSync(lock, JSON.stringify({ pid: 2 ** 22 - 1, started: 'never' }));
  expect(tryLock(lock)).toBe(true);
  expect(JSON.parse(readFileSync(lock, 'utf8')).pid).toBe(process.pid);
});

test('a lock whose pid was given to another process is taken over', () => {
  writeFileSync(lock, JSON.stringify({ pid: process.pid, started: 'in another life' }));
  expect(tryLock(lock)).toBe(true);
});

test('who waits is told once, and goes on when the holder is done', async () => {
  const order: string[] = [];
  let release = () => {};
  const first = withBuildLock(
    lock,
    () => {},
    () => new Promise<void>((resolve) => (release = resolve)).then(() => void order.push('first')),
  );
  const second = withBuildLock(
    lock,
    (holder) => {
      order.push(`waits for ${holder === process.pid ? 'us' : holder}`);
      release();
    },
    async () => void order.push('second'),
  );
  await Promise.all([first, second]);
  expect(order).toEqual(['waits for us', 'first', 'second']);
});

test('a process is the same only with the same start', () => {
  const me = identifyProcess(process.pid)!;
  expect(isSameProcess(me)).toBe(true);
  if (process.platform === 'linux') expect(isSameProcess({ ...me, started: 'x' })).toBe(false);
  expect(identifyProcess(2 ** 22 - 1)).toBeUndefined();
});

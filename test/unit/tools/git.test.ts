/** Git itself, in a work tree of the test's own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkTagIsFree, makeTag, readGitState } from '../../../lib/tools/git.ts';
import { makeContext } from '../kube/test-context.ts';

const folder = mkdtempSync(join(tmpdir(), 'retrace-git-'));
const tree = join(folder, 'infra');
const env = { PATH: process.env['PATH'] ?? '', HOME: folder, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
const context = makeContext({ env });
const git = async (...args: string[]) => (await execa('git', ['-C', tree, ...args], { env, extendEnv: false })).stdout;
const failed = (code: string, params: object = {}) => expect.objectContaining({ code, params: expect.objectContaining(params) });

beforeAll(async () => {
  await execa('git', ['init', '--quiet', tree], { env, extendEnv: false });
  writeFileSync(join(tree, 'values.yaml'), 'a: 1\n');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'first');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an annotated tag at the commit; commit and what is not committed are told', async () => {
  const commit = await git('rev-parse', 'HEAD');
  expect(await readGitState(tree, context)).toEqual({ commit, dirty: false });
  await checkTagIsFree(tree, 'good/2026-11-25', context);
  await makeTag(tree, 'good/2026-11-25', commit, 'Snapshot s-1 of prod', context);
  expect(await git('cat-file', '-t', 'good/2026-11-25')).toBe('tag');
  expect(await git('rev-parse', 'good/2026-11-25^{commit}')).toBe(commit);
  expect(await git('tag', '-l', '--format=%(contents)', 'good/2026-11-25')).toContain('Snapshot s-1 of prod');
  await expect(checkTagIsFree(tree, 'good/2026-11-25', context)).rejects.toEqual(failed('git.tag-exists', { tag: 'good/2026-11-25', directory: tree }));
  writeFileSync(join(tree, 'new.yaml'), 'b: 1\n');
  expect(await readGitState(tree, context)).toEqual({ commit, dirty: true });
});

test('a name that git does not take, and one that would be an option', async () => {
  for (const tag of ['two words', 'a..b', '-d']) await expect(checkTagIsFree(tree, tag, context)).rejects.toEqual(failed('git.bad-tag', { tag }));
});

test('no work tree, no commit, no git: told by what git says', async () => {
  await expect(readGitState(folder, context)).rejects.toEqual(failed('git.failed', { directory: folder, detail: expect.stringContaining('not a git repository') }));
  await expect(readGitState(join(folder, 'missing'), context)).rejects.toEqual(failed('git.failed'));
  await expect(readGitState(tree, makeContext({ env: { PATH: '/nowhere' } }))).rejects.toEqual(failed('git.failed', { detail: expect.stringContaining('git') }));
  const empty = join(folder, 'empty');
  await execa('git', ['init', '--quiet', empty], { env, extendEnv: false });
  await expect(readGitState(empty, context)).rejects.toEqual(failed('git.failed'));
});

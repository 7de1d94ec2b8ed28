import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { findCursor } from '../../../lib/cli/completion-cursor.ts';
import { linkCompletion } from '../../../lib/cli/completion-link.ts';
import { renderOffer } from '../../../lib/cli/completion-offer.ts';
import type { Command, Plugin } from '../../../lib/cli/define-command.ts';
import { choice, text } from '../../../lib/cli/flag-values.ts';
import { commonFlags } from '../../../lib/cli/kubectl-flags.ts';
import type { Context } from '../../../lib/core/context.ts';
import { createHome, runPluginProcess } from './plugin-process.ts';

vi.setConfig({ testTimeout: 60_000 });

const { home, remove } = createHome();
afterAll(remove);

const flags = {
  namespace: { group: 'Cluster', alias: 'n', value: text('NAME'), describe: '' },
  output: { group: 'Output', alias: 'o', value: choice('json', 'yaml'), describe: '' },
  yes: { group: 'Safety', alias: 'y', describe: '' },
  ...commonFlags,
} as const;
const command = (name: string, more: Partial<Command> = {}): Command => ({ name, summary: '', flags, examples: [], run: async () => undefined, ...more });
const plugin: Plugin = { name: 'sample', summary: '', commands: [command('undo', { aliases: ['back'] }), command('runs')] };

describe('where the cursor stands', () => {
  test.each<[string[], string]>([
    [[], 'command'],
    [[''], 'command'],
    [['un'], 'command un'],
    [['-n', 'x', ''], 'command'],
    [['help', ''], 'command'],
    [['help', 'undo', ''], 'nowhere'],
    [['nonsense', ''], 'nowhere'],
    [['undo', ''], 'word of undo'],
    [['back', 'sts/x', 'sts/'], 'word of undo sts/ after sts/x'],
    [['undo', '-n', ''], 'value of namespace'],
    [['-n', 'mon'], 'value of namespace mon'],
    [['undo', '--output', 'j'], 'value of output j'],
    [['undo', 'x', '--output=j'], 'value of output j after x'],
    [['undo', '-o', 'json', ''], 'word of undo after -o,json'],
    [['undo', '-y', ''], 'word of undo after -y'],
    [['undo', '-v', ''], 'word of undo after -v'],
    [['undo', '--v', ''], 'word of undo after --v'],
    [['undo', '-'], 'flag of undo -'],
    [['undo', '--out'], 'flag of undo --out'],
    [['--out'], 'flag --out'],
    [['undo', '--nonsense=x'], 'flag of undo --nonsense=x'],
    [['undo', '--', '-n', ''], 'word of undo after --,-n'],
  ])('%j: %s', (typed, expected) => {
    const cursor = findCursor(plugin, typed);
    const named = cursor?.at === 'value' ? `value of ${cursor.key}` : cursor?.at === 'command' || cursor === undefined ? (cursor?.at ?? 'nowhere') : [cursor.at, cursor.command && `of ${cursor.command.name}`].filter(Boolean).join(' ');
    const after = cursor !== undefined && 'words' in cursor && cursor.words.length > 0 ? ` after ${cursor.words.join(',')}` : '';
    expect(`${[named, cursor?.current].filter(Boolean).join(' ')}${after}`).toBe(expected);
  });
});

describe('the lines that kubectl reads', () => {
  test('what begins so, with its description, and the directive', () => {
    const choices = [{ value: 'apply', describe: 'carry\nout\t\u001b[31m' }, { value: 'undo' }, { value: 'a b' }, { value: 'a$(x)' }, { value: 'all', describe: '' }];
    expect(renderOffer({ choices }, 'a')).toBe('apply\tcarry\\nout  \\u001b[31m\nall\n:4\n');
    expect(renderOffer({ choices: [{ value: 'statefulset/' }], noSpace: true }, '')).toBe('statefulset/\n:6\n');
    expect(renderOffer({ choices: [{ value: '7' }, { value: '6' }], keepOrder: true }, '')).toBe('7\n6\n:36\n');
    expect(renderOffer({ choices: [], files: true }, 'x')).toBe(':0\n');
  });
});

describe('a call', () => {
  const kubeconfig = (names: string[]) =>
    `contexts:\n${names.map((name) => `- name: ${name}\n  context: { cluster: none }\n`).join('')}clusters: [{ name: entry-${names[0]} }]\nusers: [{ name: admin-${names[0]} }, { name: jin }]\n`;
  writeFileSync(join(home, 'config'), kubeconfig(['cluster-03', 'cluster-04', 'local']));
  writeFileSync(join(home, 'other'), kubeconfig(['elsewhere']));
  mkdirSync(join(home, '.config', 'retrace'), { recursive: true });
  writeFileSync(join(home, '.config', 'retrace', 'config.yaml'), 'clusters: [{ name: edge-1, context: local }, { name: cluster-03 }]');
  mkdirSync(join(home, '.kube', 'configs'), { recursive: true });
  for (const file of ['filed.conf', 'edge-1.conf', 'notes.txt']) writeFileSync(join(home, '.kube', 'configs', file), kubeconfig(['inside']));
  test.concurrent.each<[string, string[], string]>([
    ['commands', ['re'], "resume\tGo on with a run that was stopped or whose process died\nrevert\tBack to the state before a run, which is the bad one; wants the target's name typed\n:36\n"],
    ['flags, not one that is given', ['undo', '-n', 'x', '--re'], '--replicas\tSet the replicas too\n--restart\tRestart who reads a changed ConfigMap or Secret only at its start; without a terminal, or with --yes, ask means never\n--repo\tWhere they are kept: a folder, or s3://BUCKET/PREFIX; a folder of this machine when not given\n--repo-config\tEndpoint, region and keys of the bucket, in the form of Thanos\' objstore.yml; AWS_* variables otherwise\n--reason\tWhy, kept in the record of the run\n--request-timeout\tHow long one request may take, 0 for no limit; 30s when not given\n:4\n'],
    ['flags, one that is given', ['undo', '--reason=x', '--rea'], ':4\n'],
    ['values of a choice', ['plan', '-o', ''], 'table\nwide\njson\nyaml\nname\n:36\n'],
    ['values behind =', ['undo', '--stuck-pods=e'], 'evict\n:36\n'],
    ['files', ['apply', '-f', ''], ':0\n'],
    ['contexts', ['undo', '--context', 'cluster-'], 'cluster-03\ncluster-04\n:4\n'],
    ['contexts of another file', ['undo', '--kubeconfig', 'other', '--context='], 'elsewhere\n:4\n'],
    ['before a command', ['--context', 'cluster-04'], 'cluster-04\n:4\n'],
    ['names of clusters', ['undo', '--cluster='], 'cluster-03\ncluster-04\nedge-1\nentry-cluster-03\nfiled\nlocal\n:4\n'],
    ['names of clusters that begin so', ['undo', '--cluster', 'ed'], 'edge-1\n:4\n'],
    ['a file beside it has the names', ['undo', '--kubeconfig=other', '--cluster', ''], 'elsewhere\nentry-elsewhere\n:4\n'],
    ['cluster entries beside a context', ['undo', '--context=local', '--cluster', ''], 'entry-cluster-03\n:4\n'],
    ['users', ['status', '--user', ''], 'admin-cluster-03\njin\n:4\n'],
    ['users of another file', ['status', '--kubeconfig=other', '--user', 'a'], 'admin-elsewhere\n:4\n'],
    ['a word beside numbers', ['undo', '--replicas', ''], 'previous\n:36\n'],
    ['dry runs', ['apply', '--dry-run='], 'none\nserver\nclient\n:36\n'],
    ['languages', ['runs', '--lang', ''], 'en\nko\n:36\n'],
    ['a help flag among what is asked', ['undo', '--help', '--stuck-pods', 'n'], 'never\n:36\n'],
    ['what completion takes', ['completion', ''], 'install\n:4\n'],
    ['no runs', ['resume', ''], ':36\n'],
    ['nothing where the API server does not answer', ['undo', ''], ':4\n'],
    ['nothing where the line is wrong already', ['undo', '--nonsense', '--to', ''], ':4\n'],
  ])('%s', async (_name, typed, expected) => {
    const result = await runPluginProcess(home, ['__complete', ...typed], { env: { KUBECONFIG: join(home, 'config') } });
    expect(result).toEqual({ stdout: expected, stderr: '', exitCode: 0 });
  });
});

describe('the link', () => {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-link-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const context = (PATH = '') => ({ env: { PATH }, cwd: folder, platform: 'linux', pid: 7 }) as unknown as Context;
  const program = (name: string) => {
    const own = join(folder, name);
    mkdirSync(own);
    writeFileSync(join(own, 'kubectl-rollback'), '', { mode: 0o755 });
    return own;
  };

  test('stands beside the name that was called, and is made once', () => {
    const own = program('called');
    for (const _again of [1, 2]) expect(linkCompletion('rollback', join(own, 'kubectl-rollback'), context())).toBe(join(own, 'kubectl_complete-rollback'));
    expect(readlinkSync(join(own, 'kubectl_complete-rollback'))).toBe('kubectl-rollback');
  });
  test('called by its bare name, it is found as the shell found it', () => {
    const [own, later] = [program('first'), program('later')];
    expect(linkCompletion('rollback', 'kubectl-rollback', context(`/nonexistent:${own}:${later}`))).toBe(join(own, 'kubectl_complete-rollback'));
    expect(() => linkCompletion('rollback', 'bun', context('/nonexistent'))).toThrow(expect.objectContaining({ code: 'file.unreadable' }));
  });
  test('a link to somewhere else is put right, a file is left alone', () => {
    const own = program('taken');
    const link = join(own, 'kubectl_complete-rollback');
    symlinkSync('/nonexistent', link);
    linkCompletion('rollback', join(own, 'kubectl-rollback'), context());
    expect(readlinkSync(link)).toBe('kubectl-rollback');
    rmSync(link);
    writeFileSync(link, 'somebody else');
    chmodSync(link, 0o644);
    expect(() => linkCompletion('rollback', join(own, 'kubectl-rollback'), context())).toThrow(expect.objectContaining({ code: 'file.write', params: { path: link, detail: 'a file that is no link stands there' } }));
    expect(lstatSync(link).isFile()).toBe(true);
  });
});

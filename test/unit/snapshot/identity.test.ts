import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureIdentities, identityPath, readIdentities } from '../../../lib/snapshot/identity.ts';
import { addRecipient, readRecipients, recipientsPath } from '../../../lib/snapshot/recipients.ts';
import { makeContext } from '../kube/test-context.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'retrace-identity-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const context = (env: Record<string, string> = {}) => makeContext({ env: { XDG_CONFIG_HOME: home, ...env } });

function write(name: string, content: string): string {
  const path = join(home, name);
  writeFileSync(path, content);
  return path;
}

describe('the private key', () => {
  test('is made at the first use, for its owner alone, and found at the next', async () => {
    await expect(readIdentities(undefined, context())).rejects.toMatchObject({ code: 'identity.missing', exitCode: 11, params: { path: join(home, 'retrace', 'identity.txt') } });
    const first = await ensureIdentities(undefined, context());
    const made = identityPath(context());
    expect(statSync(made).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'retrace')).mode & 0o777).toBe(0o700);
    expect(readFileSync(made, 'utf8')).toMatch(/^# created: \S+\n# public key: age1\w+\nAGE-SECRET-KEY-1\w+\n$/);
    expect(await ensureIdentities(undefined, context())).toEqual(first);
  });

  test('is one, however many make it at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => ensureIdentities(undefined, context())));
    expect(new Set(all.map((identities) => identities[0]!.key)).size).toBe(1);
  });

  test('is that of --identity alone, else those of sops and our own', async () => {
    const [a, b] = [await generateX25519Identity(), await generateX25519Identity()];
    const file = write('a.txt', `# mine\n\n${a}\r\n`);
    expect((await readIdentities(file, context({ SOPS_AGE_KEY: b }))).map(({ key }) => key)).toEqual([a]);
    expect((await readIdentities(undefined, context({ SOPS_AGE_KEY_FILE: file, SOPS_AGE_KEY: b }))).map(({ key, source }) => [key, source])).toEqual([[a, file], [b, 'SOPS_AGE_KEY']]);
    const own = (await ensureIdentities(undefined, context()))[0]!.key;
    expect((await readIdentities(undefined, context({ SOPS_AGE_KEY: b }))).map(({ key }) => key)).toEqual([b, own]);
    expect((await ensureIdentities(undefined, context({ SOPS_AGE_KEY: b }))).map(({ key }) => key)).toEqual([b, own]);
  });

  test('of a named file that is not there is not replaced by another', async () => {
    const gone = join(home, 'gone.txt');
    for (const read of [readIdentities, ensureIdentities]) {
      await expect(read(gone, context())).rejects.toMatchObject({ code: 'identity.missing', params: { path: gone } });
      await expect(read(undefined, context({ SOPS_AGE_KEY_FILE: gone }))).rejects.toMatchObject({ code: 'identity.missing', params: { path: gone } });
    }
  });

  test('that is none is told by its line, without a letter of it', async () => {
    const key = await generateX25519Identity();
    const cut = key.slice(0, -3);
    for (const [content, line] of [[`# x\n${cut}\n`, 2], ['AGE-PLUGIN-YUBIKEY-1ABC\n', 1], ['hunter2\n', 1], ['# only a comment\n', 0]] as const) {
      const error = await readIdentities(write('bad.txt', content), context()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'identity.broken', exitCode: 11, params: { line } });
      expect(JSON.stringify((error as { params: unknown }).params)).not.toContain(cut.slice(0, 30));
      expect(JSON.stringify((error as { params: unknown }).params)).not.toContain('hunter2');
    }
  });
});

describe('recipients', () => {
  test('are our own key, and those of recipients.txt, each once', async () => {
    const team = await identityToRecipient(await generateX25519Identity());
    expect(await addRecipient(team, 'the team\nkey', context())).toBe(true);
    expect(await addRecipient(team, undefined, context())).toBe(false);
    expect(readFileSync(recipientsPath(context()), 'utf8')).toBe(`# the team key\n${team}\n`);
    const recipients = await readRecipients(undefined, context());
    const own = (await readIdentities(undefined, context()))[0]!.recipient;
    expect(recipients).toEqual([own, team]);
    expect(await addRecipient(own, undefined, context())).toBe(true);
    expect(await readRecipients(undefined, context())).toEqual([own, team]);
  });

  test('that are none are refused before anything is written, a private key without showing it', async () => {
    const key = await generateX25519Identity();
    const recipient = await identityToRecipient(key);
    for (const bad of [key, 'ssh-ed25519 AAAA', recipient.slice(0, -1) + (recipient.endsWith('q') ? 'p' : 'q'), 'age1', '']) {
      const error = await addRecipient(bad, undefined, context()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'usage.value', exitCode: 2 });
      expect(JSON.stringify((error as { params: unknown }).params)).not.toContain(key.slice(0, 40));
    }
    expect(() => statSync(recipientsPath(context()))).toThrow();
    mkdirSync(join(home, 'retrace'), { recursive: true });
    writeFileSync(recipientsPath(context()), `# x\n${key}\n`);
    await expect(readRecipients(undefined, context())).rejects.toMatchObject({ code: 'recipient.broken', params: { path: recipientsPath(context()), line: 2 } });
  });
});

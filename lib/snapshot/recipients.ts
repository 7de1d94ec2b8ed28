import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configDirectory } from '../config/directories.ts';
import type { Context } from '../core/context.ts';
import { makePrivateDirectory, writeDurably } from '../core/durable-file.ts';
import { RetraceError } from '../core/errors.ts';
import { ensureIdentities } from './identity.ts';

type Place = Pick<Context, 'env' | 'platform' | 'now'>;

/** Where a person writes down for whom Secrets are encrypted besides themselves: a public key a line, `#` begins a comment. */
export function recipientsPath(context: Pick<Context, 'env' | 'platform'>): string {
  return join(configDirectory(context), 'recipients.txt');
}

/**
 * For whom a snapshot is sealed: our own key, always, and those of recipients.txt. Makes our key at the first use.
 * @throws recipient.broken, and those of `ensureIdentities`
 */
export async function readRecipients(identityFile: string | undefined, context: Place): Promise<string[]> {
  const others = await listRecipients(context);
  const identities = await ensureIdentities(identityFile, context);
  return [...new Set([...identities.map(({ recipient }) => recipient), ...others])];
}

/** The public keys of recipients.txt. @throws recipient.broken */
export async function listRecipients(context: Place): Promise<string[]> {
  const path = recipientsPath(context);
  return parseRecipients(await readText(path), path);
}

/**
 * Adds a public key to recipients.txt.
 * @param note a comment that stands behind it: whose it is
 * @returns false when it is there already
 * @throws usage.value when it is none; file.write
 */
export async function addRecipient(recipient: string, note: string | undefined, context: Place): Promise<boolean> {
  await checkRecipient(recipient, () => new RetraceError('usage.value', { flag: 'key add-recipient', value: `${recipient.slice(0, 12)}…`, expected: 'a whole age public key, age1…, never a private one' }));
  const path = recipientsPath(context);
  const text = await readText(path);
  if ((await parseRecipients(text, path)).includes(recipient)) return false;
  await makePrivateDirectory(configDirectory(context));
  const comment = note === undefined ? '' : `# ${note.replace(/\s+/g, ' ')}\n`;
  await writeDurably(path, `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${comment}${recipient}\n`);
  return true;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new RetraceError('file.unreadable', { path, detail: (error as Error).message }, { cause: error });
  }
}

async function parseRecipients(text: string, path: string): Promise<string[]> {
  const lines = text.split(/\r?\n/).map((line, index) => ({ recipient: line.trim(), line: index + 1 }));
  const found = lines.filter(({ recipient }) => recipient !== '' && !recipient.startsWith('#'));
  for (const { recipient, line } of found) await checkRecipient(recipient, (detail) => new RetraceError('recipient.broken', { path, line, detail }));
  return found.map(({ recipient }) => recipient);
}

// Sealing for it is the only check that the library has, and it fails for everything that cannot be sealed for.
async function checkRecipient(recipient: string, broken: (detail: string) => RetraceError): Promise<void> {
  if (/^AGE-SECRET-KEY/i.test(recipient)) throw broken('a private key stands where a public one belongs; take it away from there');
  if (!recipient.startsWith('age1')) throw broken(`${JSON.stringify(recipient.slice(0, 12))} is no age public key`);
  const { Encrypter } = await import('age-encryption');
  try {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    await encrypter.encrypt(new Uint8Array());
  } catch {
    throw broken(`${recipient.slice(0, 12)}… is not a whole age public key, or of a kind that Retrace cannot encrypt for`);
  }
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configDirectory } from '../config/directories.ts';
import type { Context } from '../core/context.ts';
import { createDurably, makePrivateDirectory } from '../core/durable-file.ts';
import { isError, RetraceError } from '../core/errors.ts';

/** A private key that opens sealed parts, and the public one that they are sealed for. Never printed. */
export interface Identity {
  /** `AGE-SECRET-KEY-1…`, or `…-PQ-1…`. */
  key: string;
  /** `age1…`. */
  recipient: string;
  /** File or variable that it was read from. */
  source: string;
}

/** Where the key lies that the first use makes. */
export function identityPath(context: Pick<Context, 'env' | 'platform'>): string {
  return join(configDirectory(context), 'identity.txt');
}

/**
 * The private keys at hand: those of `file` (--identity) alone when it is given, else of SOPS_AGE_KEY_FILE, SOPS_AGE_KEY and
 * our own file, in this order; sops' variables, so that a team that has them needs nothing new.
 * @throws identity.missing when there is none at all, or a named file does not exist; identity.broken; file.unreadable
 */
export async function readIdentities(file: string | undefined, context: Pick<Context, 'env' | 'platform'>): Promise<Identity[]> {
  if (file !== undefined) return readIdentityFile(file);
  const { SOPS_AGE_KEY_FILE, SOPS_AGE_KEY } = context.env;
  const found = [
    ...(SOPS_AGE_KEY_FILE ? await readIdentityFile(SOPS_AGE_KEY_FILE) : []),
    ...(SOPS_AGE_KEY ? await parseIdentities(SOPS_AGE_KEY, 'SOPS_AGE_KEY') : []),
  ];
  const path = identityPath(context);
  try {
    return [...found, ...(await readIdentityFile(path))];
  } catch (error) {
    if (found.length > 0 && isError(error, 'identity.missing')) return found;
    throw error;
  }
}

/**
 * As `readIdentities`; makes our own file at the first use, when there is no key at all.
 * @throws file.write and those of `readIdentities`
 */
export async function ensureIdentities(file: string | undefined, context: Pick<Context, 'env' | 'platform' | 'now'>): Promise<Identity[]> {
  const path = identityPath(context);
  try {
    return await readIdentities(file, context);
  } catch (error) {
    if (file !== undefined || !isError(error, 'identity.missing') || error.params.path !== path) throw error;
  }
  await makePrivateDirectory(configDirectory(context));
  // Where another process was first, its key is ours.
  await createDurably(path, await newIdentityText(context.now()));
  return readIdentityFile(path);
}

// As age-keygen writes it.
async function newIdentityText(now: Date): Promise<string> {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const key = await generateX25519Identity();
  return `# created: ${now.toISOString()}\n# public key: ${await identityToRecipient(key)}\n${key}\n`;
}

async function readIdentityFile(path: string): Promise<Identity[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new RetraceError('identity.missing', { path }, { cause: error });
    throw new RetraceError('file.unreadable', { path, detail: (error as Error).message }, { cause: error });
  }
  return parseIdentities(text, path);
}

/** @throws identity.broken; its text never holds what stands in the line */
async function parseIdentities(text: string, source: string): Promise<Identity[]> {
  const { identityToRecipient } = await import('age-encryption');
  const identities: Identity[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const key = line.trim();
    if (key === '' || key.startsWith('#')) continue;
    const broken = (detail: string) => new RetraceError('identity.broken', { path: source, line: index + 1, detail });
    if (key.startsWith('AGE-PLUGIN-')) throw broken('a key of an age plugin (a hardware token), which Retrace cannot use');
    if (!/^AGE-SECRET-KEY-(PQ-)?1/.test(key)) throw broken('not an age private key');
    try {
      identities.push({ key, recipient: await identityToRecipient(key), source });
    } catch {
      throw broken('not a whole age private key: its checksum is wrong');
    }
  }
  if (identities.length === 0) throw new RetraceError('identity.broken', { path: source, line: 0, detail: 'there is no private key in it' });
  return identities;
}

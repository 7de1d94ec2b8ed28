import type { Identity } from './identity.ts';

/**
 * How credentials are kept: encrypted for the public keys of some people (age), left out, or as they are, which is only for
 * a file that is itself kept in a Secret of the cluster.
 */
export type Seal = { kind: 'age'; recipients: readonly string[] } | { kind: 'omit' } | { kind: 'plain' };

/** @returns an age file that each of the recipients can open */
export async function encryptFor(recipients: readonly string[], plain: Uint8Array): Promise<Uint8Array> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(plain);
}

/**
 * Opens an age file.
 * @returns undefined when it is for none of the identities
 * @throws Error when it is no age file, or damaged
 */
export async function decryptWith(identities: readonly Identity[], file: Uint8Array): Promise<Uint8Array | undefined> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const { key } of identities) decrypter.addIdentity(key);
  try {
    return await decrypter.decrypt(file);
  } catch (error) {
    // The library has no code for it (age-encryption 0.3.1).
    if (error instanceof Error && error.message.startsWith('no identity matched')) return undefined;
    throw error;
  }
}

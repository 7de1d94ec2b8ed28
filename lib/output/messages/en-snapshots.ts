import type { ErrorMessages } from './messages.ts';
import { listed, quoted } from './phrases.ts';

const tryNear = (near: string[]) => (near.length > 0 ? [`Did you mean ${listed(near, 'or')}?`] : []);

/** English sentences of the failures that have to do with snapshot files, their keys and the place where they are kept. */
export const snapshotErrors = {
  'snapshot.corrupt': ({ name, part, detail }) => ({
    text: `snapshot ${name} is damaged (${part}): ${detail}`,
    lines: ['Nothing of it was used.'],
    next: ['Take another one:  kubectl snapshot list', 'Or bring a copy of this file back, and look at it with:  kubectl snapshot check'],
  }),
  'snapshot.newer-format': ({ name, format }) => ({
    text: `snapshot ${name} was written by a newer Retrace (format ${format}; this one reads format 1)`,
    next: ['Use that version, or a newer one'],
  }),
  'snapshot.wrong-identity': ({ name, recipients }) => ({
    text: `no key at hand opens the encrypted part of snapshot ${name}`,
    lines: ['encrypted for', ...recipients.map((recipient) => `  ${recipient}`)],
    next: ['Name the file with the private key of one of them:  --identity=FILE'],
  }),
  'snapshot.not-found': ({ id, place, known, near }) => ({
    text: `there is no snapshot ${quoted(id)} in ${place}`,
    lines: known.length > 0 ? [`newest: ${known.join(', ')}`] : ['it holds no snapshot at all'],
    next: [...tryNear(near), 'All of them:  kubectl snapshot list'],
  }),
  'snapshot.exists': ({ id, place }) => ({ text: `${place} has a snapshot ${id} already`, lines: ['It was left as it is.'], next: ['Try again: the next one gets another name'] }),
  'identity.missing': ({ path }) => ({
    text: `there is no private key to open Secrets with: ${path} does not exist`,
    next: ['Name one with --identity=FILE or SOPS_AGE_KEY_FILE=FILE', 'Or bring the file from the machine that made the snapshot'],
  }),
  'identity.broken': ({ path, line, detail }) => ({
    text: `${path}${line > 0 ? `, line ${line}` : ''}: ${detail}`,
    next: ['Expected lines that begin with AGE-SECRET-KEY-1, as age-keygen writes them; # begins a comment'],
  }),
  'recipient.broken': ({ path, line, detail }) => ({
    text: `${path}${line > 0 ? `, line ${line}` : ''}: ${detail}`,
    next: ['Expected a public key that begins with age1, as age-keygen -y prints it'],
  }),
} satisfies Partial<ErrorMessages>;

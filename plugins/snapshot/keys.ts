import { resolve } from 'node:path';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import { print } from '../../lib/cli/print.ts';
import { createDurably } from '../../lib/core/durable-file.ts';
import { isError, RetraceError } from '../../lib/core/errors.ts';
import type { OutputFormat } from '../../lib/output/document.ts';
import { renderTable } from '../../lib/output/table.ts';
import { identityPath, readIdentities, type Identity } from '../../lib/snapshot/identity.ts';
import { addRecipient, listRecipients, recipientsPath } from '../../lib/snapshot/recipients.ts';

interface KeyArgs {
  identity: string | undefined;
  output: OutputFormat;
}

/** Public keys: ours, and those of others. No key yet is no failure. */
export async function showKeys(args: KeyArgs, env: CommandEnvironment): Promise<void> {
  const { key: labels } = env.messages.snapshot;
  const identities = await readOrNone(args, env);
  const path = recipientsPath(env.context);
  const recipients = await listRecipients(env.context);
  const rows = [...identities.map(({ recipient, source }) => [recipient, labels.identity(source)]), ...recipients.map((recipient) => [recipient, labels.recipient(path)])];
  const document = { apiVersion: 'retrace/v1', kind: 'SnapshotKeys', identities: identities.map(({ recipient, source }) => ({ recipient, source })), recipients: { path, keys: recipients } };
  const none = identities.length === 0 ? `${labels.none(identityPath(env.context))}\n` : '';
  const table = () => (rows.length === 0 ? none : renderTable([{ title: 'AGE' }, { title: '' }], rows, { ...env.outStyle, columns: undefined }).split('\n').slice(1).join('\n') + none);
  await print({ document, names: [...new Set(rows.map(([recipient]) => recipient!))], table }, args.output, env);
}

async function readOrNone({ identity }: KeyArgs, env: CommandEnvironment): Promise<Identity[]> {
  return readIdentities(identity, env.context).catch((error: unknown) => {
    if (identity === undefined && isError(error, 'identity.missing')) return [];
    throw error;
  });
}

/** From the next snapshot on Secrets are encrypted for it too. */
export async function addKey(recipient: string, note: string | undefined, args: KeyArgs, env: CommandEnvironment): Promise<void> {
  const { key: labels } = env.messages.snapshot;
  const isNew = await addRecipient(recipient, note, env.context);
  const path = recipientsPath(env.context);
  const document = { apiVersion: 'retrace/v1', kind: 'SnapshotRecipient', recipient, path, added: isNew };
  await print({ document, names: [recipient], table: () => `${isNew ? labels.added(recipient, path) : labels.there(recipient, path)}\n` }, args.output, env);
}

/** Copies the private keys into a new file, which only its owner may read. */
export async function exportKey(file: string, args: KeyArgs, env: CommandEnvironment): Promise<void> {
  const identities = await readIdentities(args.identity, env.context);
  const path = resolve(env.context.cwd, file);
  const text = identities.map(({ key, recipient }) => `# public key: ${recipient}\n${key}\n`).join('');
  if (!(await createDurably(path, text))) throw new RetraceError('file.write', { path, detail: 'there is such a file already' });
  const document = { apiVersion: 'retrace/v1', kind: 'SnapshotKeyExport', path, recipients: identities.map(({ recipient }) => recipient) };
  await print({ document, names: [path], table: () => `${env.messages.snapshot.key.exported(path)}\n` }, args.output, env);
}

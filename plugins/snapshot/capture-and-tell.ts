import { flagsForHints, formatFlags } from '../../lib/cli/command-line.ts';
import { withConnection, type ClusterArgs } from '../../lib/cli/connection.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import { print, say } from '../../lib/cli/print.ts';
import { RetraceError } from '../../lib/core/errors.ts';
import type { CaptureLine } from '../../lib/output/capture-progress.ts';
import type { OutputFormat } from '../../lib/output/document.ts';
import { renderCreated } from '../../lib/output/snapshot-created.ts';
import { createSnapshot, type CreatedSnapshot, type CreateRequest } from '../../lib/procedure/create-snapshot.ts';
import { readRecipients } from '../../lib/snapshot/recipients.ts';
import { openRepository } from '../../lib/snapshot/open-repository.ts';
import type { Seal } from '../../lib/snapshot/seal.ts';
import { repositoryFlags, type RepositoryArgs } from '../../lib/cli/repository-flags.ts';

export interface CreateArgs extends Omit<ClusterArgs, 'namespace'>, RepositoryArgs {
  namespace: string[];
  allNamespaces: boolean;
  selector: string | undefined;
  kinds: string[] | undefined;
  withoutKinds: string[] | undefined;
  tag: { key: string; value: string }[];
  gitTag: string | undefined;
  gitDir: string | undefined;
  secrets: 'encrypt' | 'omit';
  output: OutputFormat;
}

/** Makes a snapshot and says what came of it. @throws snapshot.gaps at the end of one that lacks something */
export async function captureAndTell(args: CreateArgs, env: CommandEnvironment): Promise<void> {
  const { context } = env;
  const repository = await openRepository(args.repo, context, args.repoConfig);
  const created = await withConnection(args, env, async (connection) => {
    const namespaces = args.namespace.length > 0 ? [...new Set(args.namespace)] : [connection.defaultNamespace];
    const line = await openLine(env);
    try {
      return await createSnapshot(readRequest(args, args.allNamespaces ? undefined : namespaces, env), repository, connection, context, line?.show);
    } finally {
      await line?.stop();
    }
  });
  const { manifest, bytes, place } = created;
  await print({ document: { ...manifest, bytes, place }, names: [manifest.id], table: () => renderCreated(created, env.messages, env.outStyle) }, args.output, env);
  await tellMore(created, env);
}

/** Progress, where there is a terminal that can redraw a line; elsewhere nothing is said before the end. */
async function openLine(env: CommandEnvironment): Promise<CaptureLine | undefined> {
  if (!env.errStyle.isTerminal || env.context.env['TERM'] === 'dumb') return undefined;
  const { openCaptureLine } = await import('../../lib/output/capture-progress.ts');
  return openCaptureLine(env.context.streams.stderr, env.messages);
}

async function chooseSeal(args: CreateArgs, env: CommandEnvironment): Promise<Seal> {
  if (args.secrets === 'omit') return { kind: 'omit' };
  return { kind: 'age', recipients: await readRecipients(args.identity, env.context) };
}

function readRequest(args: CreateArgs, namespaces: string[] | undefined, env: CommandEnvironment): CreateRequest {
  const { selector, kinds, withoutKinds } = args;
  return {
    scope: {
      ...(namespaces === undefined ? {} : { namespaces }),
      ...(selector === undefined ? {} : { selector }),
      ...(kinds === undefined ? {} : { kinds }),
      ...(withoutKinds === undefined ? {} : { withoutKinds }),
      ...(args.secrets === 'omit' ? { omitSecrets: true } : {}),
    },
    tags: Object.fromEntries(args.tag.map(({ key, value }) => [key, value])),
    git: args.gitTag === undefined && args.gitDir === undefined ? undefined : { directory: args.gitDir ?? env.context.cwd, tag: args.gitTag },
    chooseSeal: () => chooseSeal(args, env),
    tool: env.build.version,
  };
}

async function tellMore({ manifest, areApplicationsUnread, notTagged }: CreatedSnapshot, env: CommandEnvironment): Promise<void> {
  const { capture } = env.messages;
  const { id, gaps } = manifest;
  const flags = `${formatFlags(repositoryFlags, env.given, Object.keys(repositoryFlags))}${flagsForHints(env)}`;
  if (manifest.counts.objects === 0) await say(capture.empty, env);
  if (areApplicationsUnread) await say(capture.applicationsUnread, env);
  await say(capture.goBack(`kubectl snapshot restore ${id}${flags}`), env);
  await say(capture.changed(`kubectl snapshot diff ${id}${flags}`), env);
  if (notTagged) throw notTagged;
  if (gaps.length > 0) throw new RetraceError('snapshot.gaps', { id, gaps, without: typesOf(gaps) });
}

/** What a next call would leave out to be complete: only types, not an API whose types are not known. */
function typesOf(gaps: readonly { what: string }[]): string[] {
  return [...new Set(gaps.map(({ what }) => what.split(' ')[0]!).filter((what) => !what.includes('/')))];
}

import { openPlace } from '../../lib/cli/open-place.ts';
import { serverNow, withConnection, type ClusterArgs } from '../../lib/cli/connection.ts';
import type { CommandEnvironment } from '../../lib/cli/environment.ts';
import { print, say } from '../../lib/cli/print.ts';
import { RetraceError } from '../../lib/core/errors.ts';
import type { OutputFormat } from '../../lib/output/document.ts';
import { messageOf } from '../../lib/output/failure.ts';
import { fullName } from '../../lib/output/names.ts';
import { renderSnapshotDiff, sideText } from '../../lib/output/snapshot-diff.ts';
import { diffSnapshots, diffWithCluster, type Chosen, type SnapshotDiff } from '../../lib/procedure/snapshot-diff.ts';
import { openSnapshot, type OpenedSnapshot } from '../../lib/snapshot/open-content.ts';
import { isSafetyId } from '../../lib/run/safety-copies.ts';
import type { RepositoryArgs } from '../../lib/cli/repository-flags.ts';

export interface DiffArgs extends Omit<ClusterArgs, 'namespace' | 'words'>, RepositoryArgs {
  namespace: string[];
  exitCode: boolean;
  output: OutputFormat;
  words: string[];
}

/** Compares and says what came of it. @throws diff.differs and diff.unknown at the end, with --exit-code */
export async function diffAndTell(args: DiffArgs, env: CommandEnvironment): Promise<void> {
  const { context } = env;
  const repository = await openPlace(args, context);
  const [id = '', second, ...others] = args.words;
  // A target has a slash, or names a type; no snapshot is called as either.
  const known = second === undefined || second.includes('/') ? [] : (await repository.list()).map((listed) => listed.id);
  const otherId = second !== undefined && (known.includes(second) || isSafetyId(second) || /^s-\d{8}-\d{4}/.test(second)) ? second : undefined;
  const words = otherId === undefined ? args.words.slice(1) : others;
  const chosen: Chosen = { words, namespaces: args.namespace.length > 0 ? args.namespace : undefined };
  const open = (one: string) => openSnapshot(repository, one, args.identity, context);
  const before = await open(id);
  if (otherId !== undefined) {
    const after = await open(otherId);
    await tell(diffSnapshots(before, after, chosen), [before, after], context.now(), args, env);
    return;
  }
  await withConnection(args, env, async (connection) => {
    const diff = await diffWithCluster(before, connection, chosen, context);
    await tell(diff, [before], serverNow(connection, env), args, env);
  });
}

async function tell(diff: SnapshotDiff, opened: readonly OpenedSnapshot[], now: Date, args: DiffArgs, env: CommandEnvironment): Promise<void> {
  const { messages, outStyle: style } = env;
  const { diff: phrases } = messages;
  if (diff.isOtherCluster) await say(phrases.otherCluster(placeOf(diff.from), placeOf(diff.to)), env);
  for (const { locked, stored } of opened) {
    if (locked) await say(phrases.locked(stored.filter(({ sealed }) => sealed).length, messageOf(locked, messages).text), env);
  }
  for (const side of [diff.from, diff.to]) for (const { what } of side.gaps) await say(phrases.gap(sideText(side, messages, now), what), env);
  await print({ document: { ...diff, ...(diff.users?.failed ? { users: { unread: [], failed: diff.users.failed.code } } : {}) }, names: diff.objects.map(({ object }) => fullName(object)), table: () => renderSnapshotDiff(diff, messages, style, now) }, args.output, env);
  const { unread = [], failed } = diff.users ?? {};
  if (unread.length > 0 || failed) await say(phrases.unreadUsers(unread, failed && messageOf(failed, messages).text), env);
  const { unknown, ...differing } = diff.counts;
  if (!args.exitCode) return;
  if (Object.values(differing).some((count) => count > 0)) throw new RetraceError('diff.differs', { ...differing, unknown });
  if (unknown > 0) throw new RetraceError('diff.unknown', { unknown });
}

function placeOf({ cluster: { contextName, server } }: SnapshotDiff['from']): string {
  return `${contextName} (${server})`;
}

import type { OutputStream } from '../core/context.ts';
import { formatDuration } from '../core/durations.ts';
import type { Verification } from '../procedure/verify.ts';
import { exitCodeOfAll } from '../procedure/verify-clusters.ts';
import { cutTo } from './lines.ts';
import type { Messages } from './messages/messages.ts';
import { openRegion } from './region.ts';
import { paint, type Style } from './style.ts';
import { renderVerification } from './verify.ts';
import { tellChanges } from './verify-changes.ts';
import { renderClusters } from './verify-clusters.ts';

/** Shows what is seen of one or several clusters as long as they are watched. */
export interface WatchShow {
  /** @param at which of the clusters */
  see(seen: Verification, at: number): void;
  /** Resolves when everything is written. */
  end(): Promise<void>;
}

export interface WatchInput {
  /** Names before each line; empty for one cluster. */
  clusters: readonly string[];
  everyMs: number;
  messages: Messages;
  stream: OutputStream;
  style: Style;
}

/** Where there is no terminal: one line a verdict that changed, with the server's time. */
export function showChanges({ clusters, messages, stream }: WatchInput): WatchShow {
  const changes = new Map<number, ReturnType<typeof tellChanges>>();
  let written = Promise.resolve();
  return {
    see(seen, at) {
      if (!changes.has(at)) changes.set(at, tellChanges(messages));
      const cluster = clusters[at] === undefined ? '' : `${clusters[at]}   `;
      for (const line of changes.get(at)!(seen)) written = written.then(() => stream.write(`${seen.now.replace(/\.\d+Z$/, 'Z')}   ${cluster}${line}\n`));
    },
    end: () => written,
  };
}

/** On a terminal: the table of a verification, redrawn after every look. */
export function showTable(input: WatchInput & { rows(): number }): WatchShow {
  const { clusters, stream } = input;
  const last: Verification[] = [];
  const region = openRegion(stream, input.rows);
  return {
    see(seen, at) {
      last[at] = seen;
      const known = last.filter((one) => one !== undefined);
      region.draw(drawLooks(known, clusters.length > 0, input, { columns: stream.columns ?? 80, rows: input.rows() }).join('\n'));
    },
    end: region.end,
  };
}

/** The lines of the table, never more than the terminal has rows: what scrolls out of it cannot be redrawn. */
export function drawLooks(seen: readonly Verification[], isSeveral: boolean, { messages, style, everyMs }: Pick<WatchInput, 'messages' | 'style' | 'everyMs'>, { columns, rows }: { columns: number; rows: number }): string[] {
  const [first] = seen;
  const text = isSeveral ? renderClusters(seen, exitCodeOfAll(seen), messages, style, undefined) : renderVerification(first!, messages, style, undefined);
  const lines = text.trimEnd().split('\n');
  const foot = paint(style, 'faint', cutTo(messages.verify.watching(formatDuration(everyMs)), columns));
  // The heading may take two rows, and the cursor stands on one of its own.
  const room = Math.max(2, rows - 3);
  return lines.length <= room ? [...lines, foot] : [...lines.slice(0, room - 1), messages.verify.hidden(lines.length - room + 1), foot];
}

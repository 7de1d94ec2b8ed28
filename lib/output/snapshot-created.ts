import type { Manifest } from '../snapshot/manifest.ts';
import { flowParts } from './lines.ts';
import { sizeText } from './messages/phrases.ts';
import type { Messages } from './messages/messages.ts';
import { printableData } from './printable.ts';
import { paint, type Style } from './style.ts';

/** What was made, and where it is. */
export interface CreatedView {
  manifest: Manifest;
  /** Of the whole file. */
  bytes: number;
  place: string;
  tookMs: number;
}

/** A new snapshot in a few lines: how much, how long, its name, what it is of, whether anything is missing. */
export function renderCreated(created: CreatedView, messages: Messages, style: Style): string {
  const { capture } = messages;
  const { place } = created;
  const manifest = printableData(created.manifest);
  const { id, cluster, scope, gaps, git } = manifest;
  const what = capture.took(`${capture.objects(manifest.counts.objects)}${sealText(manifest, messages)}`, (created.tookMs / 1000).toFixed(1));
  const scopeText = `${cluster.name ?? cluster.contextName} / ${scope.namespaces?.join(', ') ?? capture.allNamespaces}`;
  const state = gaps.length === 0 ? capture.complete : paint(style, 'careful', capture.gaps(gaps.length));
  const lines = [
    ...flowParts([`${paint(style, gaps.length === 0 ? 'good' : 'careful', gaps.length === 0 ? '✔' : '!')} ${what}`, sizeText(created.bytes)], style.columns, '  '),
    ...flowParts([paint(style, 'strong', id), scopeText, state], style.columns, '  '),
    ...(git === undefined ? [] : [capture.atCommit(git.commit.slice(0, 12), git.tag), ...(git.dirty ? [capture.dirty] : [])]),
    capture.keptIn(place),
  ];
  return `${lines.join('\n')}\n`;
}

function sealText({ counts, types, secrets, recipients }: Manifest, { capture }: Messages): string {
  const secretCount = types.find(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Secret')?.objects ?? 0;
  if (secrets === 'encrypted') return ` (${capture.sealed(secretCount, counts.sealed - secretCount, recipients.length)})`;
  return secrets === 'omitted' ? ` (${capture.leftOut(counts.sealed - secretCount)})` : '';
}

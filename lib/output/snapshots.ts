import { formatDuration } from '../core/durations.ts';
import type { CheckedSnapshot } from '../snapshot/check.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import type { ListedSnapshot } from '../snapshot/repository.ts';
import type { JudgedSnapshot, PruneGroup } from '../snapshot/retention.ts';
import { messageOf } from './failure.ts';
import { flowParts } from './lines.ts';
import type { Messages } from './messages/messages.ts';
import { sizeText } from './messages/phrases.ts';
import { printable, printableData } from './printable.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';

const clusterOf = ({ cluster }: Manifest) => cluster.name ?? cluster.contextName;
const tagsText = (tags: Record<string, string>) => Object.entries(tags).map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join(',');
const ageOf = ({ startedAt }: Manifest, now: Date) => formatDuration(now.getTime() - Date.parse(startedAt));

/** Snapshots of a place, in the order given. */
export function renderSnapshots(snapshots: readonly ListedSnapshot[], messages: Messages, style: Style, now: Date): string {
  const { columns: titles, ...labels } = messages.snapshot;
  const columns = [
    { title: titles.id },
    { title: titles.age },
    { title: titles.cluster, mayBeCut: true },
    { title: titles.scope, mayBeCut: true },
    { title: titles.objects, align: 'right' as const },
    { title: titles.size, align: 'right' as const },
    { title: titles.state, mayBeCut: true },
    { title: titles.tags, mayBeCut: true },
    ...(style.wide ? [{ title: titles.secrets }, { title: titles.by }] : []),
  ];
  const rows = snapshots.map(({ id, bytes, manifest }) => {
    if (manifest === undefined) return [id, '', '', '', '', sizeText(bytes), labels.unreadable, '', ...(style.wide ? ['', ''] : [])];
    const wide = style.wide ? [labels.secrets(manifest), `${manifest.by.user}@${manifest.by.host}`] : [];
    return [id, ageOf(manifest, now), clusterOf(manifest), labels.scope(manifest.scope), String(manifest.counts.objects), sizeText(bytes), labels.state(manifest), tagsText(manifest.tags), ...wide];
  });
  return renderTable(columns, rows, style);
}

/** One snapshot: where and when it was taken, what it holds and what it lacks. */
export function renderSnapshot(stored: Manifest, place: string, messages: Messages, style: Style, now: Date): string {
  const manifest = printableData(stored);
  const labels = messages.snapshot;
  const { helm, argocd } = manifest.inForce;
  const lines = [
    ...flowParts([paint(style, 'strong', manifest.id), `${clusterOf(manifest)} / ${labels.scope(manifest.scope)}`, labels.state(manifest)], style.columns, '  '),
    ...flowParts([labels.taken(ageOf(manifest, now), `${manifest.by.user}@${manifest.by.host}`), manifest.startedAt, labels.cluster(clusterOf(manifest), manifest.cluster.server), place], style.columns, '  '),
    ...flowParts([labels.objects(manifest.counts.objects, manifest.counts.owned), `${labels.columns.secrets} ${labels.secrets(manifest)}`, tagsText(manifest.tags), manifest.git === undefined ? '' : labels.git(manifest.git)], style.columns, '  '),
  ];
  const types = manifest.types.filter(({ objects }) => objects > 0).map(({ apiVersion, kind, objects }) => [kind, apiVersion, String(objects)]);
  if (types.length > 0) lines.push('', renderTable([{ title: labels.columns.type }, { title: 'API' }, { title: labels.columns.objects, align: 'right' }], types, style).trimEnd());
  const inForce = [...helm.map(({ release, namespace, revision, status, chart }) => `release/${release} -n ${namespace}  ${revision}  ${status}  ${chart}`), ...argocd.map(({ application, namespace, revision }) => `app/${application} -n ${namespace}  ${revision}`)];
  lines.push(...section(labels.inForce, inForce), ...section(labels.encryptedFor, manifest.recipients));
  lines.push(...section(labels.missing, manifest.gaps.map(({ what, detail }) => `${what}: ${detail}`)));
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

/** What a check found, a line each. */
export function renderChecks(checked: readonly CheckedSnapshot[], messages: Messages, style: Style): string {
  const { columns: titles, result, sealed: seals, unopened, dangling: lacks } = messages.snapshot;
  const rows = checked.map(({ id, result: found, bytes, sealed, dangling = [], failure }) => [
    id,
    paint(style, found === 'ok' ? 'good' : 'bad', result[found]),
    bytes === undefined ? '' : sizeText(bytes),
    sealed === undefined ? '' : seals[sealed],
    failure === undefined ? (dangling.length === 0 ? '' : lacks(dangling.length)) : messageOf(failure, messages).text,
  ]);
  const table = renderTable([{ title: titles.id }, { title: titles.result }, { title: titles.size, align: 'right' }, { title: titles.sealed }, { title: titles.detail, mayBeCut: true }], rows, style);
  const lines = checked.flatMap(({ id, dangling = [] }) => printableData(dangling).map(({ from, to, namespace }) => `${checked.length > 1 ? `${id}   ` : ''}${to} -n ${namespace}   ${messages.snapshot.neededBy(from)}`));
  const notes = [...(checked.some(({ sealed }) => sealed === 'unopened') ? [unopened] : []), ...(lines.length > 0 ? [messages.snapshot.danglingWhy, ...lines.map((line) => `  ${line}`)] : [])];
  return `${table}${notes.map((line) => `${line}\n`).join('')}`;
}

/** What stays and why, and what goes, group by group. */
export function renderPrune(groups: readonly PruneGroup[], messages: Messages, style: Style, now: Date): string {
  const { columns: titles, ...labels } = messages.snapshot;
  const columns = [{ title: titles.action }, { title: titles.id }, { title: titles.age }, { title: titles.state, mayBeCut: true }, { title: titles.why, mayBeCut: true }];
  const rowOf = ({ manifest, because }: JudgedSnapshot) => [
    because.length > 0 ? labels.keep : paint(style, 'careful', labels.remove),
    manifest.id,
    ageOf(manifest, now),
    labels.state(manifest),
    because.map((reason) => labels.because[reason]).join(', '),
  ];
  const blocks = groups.map(({ cluster, scope, areSecretsOmitted, snapshots }) => {
    const heading = `${cluster} / ${scope === undefined ? labels.filesOfRuns : labels.scope(scope)}${areSecretsOmitted ? `; ${messages.capture.leftOut(0)}` : ''}`;
    return `${paint(style, 'strong', printable(heading))}\n${renderTable(columns, snapshots.map(rowOf), style)}`;
  });
  return blocks.join('\n');
}

/** Sum of sizes, for a sentence. */
export function totalSizeText(snapshots: readonly { bytes: number }[]): string {
  return sizeText(snapshots.reduce((sum, { bytes }) => sum + bytes, 0));
}

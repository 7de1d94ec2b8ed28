import type { Verdict } from '../checks/verdict.ts';
import type { ExitCode } from '../core/errors.ts';
import type { Verification } from '../procedure/verify.ts';
import { countVerdicts } from '../report/verification-view.ts';
import { listOf } from './document.ts';
import type { Messages } from './messages/messages.ts';
import { paint, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { describeVerification, evidenceOf, nameOf, toneOf } from './verify.ts';

/** A row of the table; `check` is empty where the row stands for all checks of the cluster. */
interface Row {
  cluster: string;
  verdict: Verdict;
  check: string;
  evidence: string;
}

/** One table for several clusters: a row for each check that is not well, one row for a cluster where all are; with -o wide all of them. */
export function renderClusters(seen: readonly Verification[], exitCode: ExitCode, messages: Messages, style: Style, why: string | undefined): string {
  const { checks: labels, verify: words } = messages;
  const rows = seen.flatMap((one) => rowsOf(one, messages, style.wide));
  const columns = [{ title: words.clusterColumn }, { title: labels.columns.check }, { title: labels.columns.verdict }, { title: labels.columns.evidence, mayBeCut: true }];
  const table = renderTable(columns, rows.map(({ cluster, check, verdict, evidence }) => [cluster, check, labels.verdict[verdict], evidence]), style);
  const [head = '', ...lines] = table.trimEnd().split('\n');
  const tail = [`${words.clusters(countVerdicts(seen.map(({ verdict }) => ({ verdict }))))}          ${labels.exit} ${exitCode}`, ...(why === undefined ? [] : [labels.why(why)])];
  return `${[head, ...lines.map((line, at) => colour(line, rows[at]!, labels.verdict, style)), ...tail].join('\n')}\n`;
}

function rowsOf(seen: Verification, messages: Messages, wide: boolean): Row[] {
  const cluster = nameOf(seen);
  const telling = { now: new Date(seen.now) };
  const rows = seen.checks.map((result): Row => ({ cluster, verdict: result.verdict, check: result.check, evidence: evidenceOf(result, messages, telling) }));
  const shown = wide ? rows : rows.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skipped');
  return shown.length > 0 ? shown : [{ cluster, verdict: seen.verdict, check: messages.verify.allChecks, evidence: messages.checks.counts(countVerdicts(seen.checks)) }];
}

// After the names, which may hold the verdict's word themselves.
function colour(line: string, { cluster, check, verdict }: Row, words: Record<Verdict, string>, style: Style): string {
  const from = line.indexOf(check, cluster.length) + check.length;
  return line.slice(0, from) + line.slice(from).replace(words[verdict], (word) => paint(style, toneOf[verdict], word));
}

/** For programs: a list, each cluster as when it is verified alone. */
export function describeClusters(seen: readonly Verification[], exitCode: ExitCode): object {
  return { ...listOf('Verification', seen.map(describeVerification)), exitCode };
}

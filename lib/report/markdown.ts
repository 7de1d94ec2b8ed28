import type { Verdict } from '../checks/verdict.ts';
import { escapeMarkdown } from './escapes.ts';
import type { CheckReport, ClusterReport, VerificationReport } from './verification-view.ts';

/** Says the same as the word beside it: a report is also read where there is no colour. */
export const symbolOf: Record<Verdict, string> = { pass: '✔', warn: '!', fail: '✗', inconclusive: '?', pending: '◌', skipped: '–' };

/** The report in GitHub's Markdown, for a pull request, a chat or a post-mortem. */
export function renderMarkdown(report: VerificationReport): string {
  return `${[`# ${escapeMarkdown(report.title)}`, ...report.clusters.map((cluster) => renderCluster(cluster, report)), `${report.words.exit} ${report.exitCode}`].join('\n\n')}\n`;
}

function renderCluster({ name, heading, now, verdict, verdictWord, counts, checks }: ClusterReport, { words }: VerificationReport): string {
  const { columns } = words;
  return [
    `## ${symbolOf[verdict]} ${escapeMarkdown(`${name}: ${verdictWord}`)}`,
    `${escapeMarkdown(heading)}  \n${words.looked} ${now}`,
    [`| ${[columns.check, columns.verdict, columns.decides, columns.evidence].join(' | ')} |`, '| --- | --- | --- | --- |', ...checks.map((check) => renderRow(check, words.decides))].join('\n'),
    escapeMarkdown(counts),
  ].join('\n\n');
}

function renderRow({ name, verdict, verdictWord, gating, evidence }: CheckReport, decides: Record<'yes' | 'no', string>): string {
  const cells = [escapeMarkdown(name), `${symbolOf[verdict]} ${escapeMarkdown(verdictWord)}`, escapeMarkdown(gating ? decides.yes : decides.no), evidence.map(({ text }) => escapeMarkdown(text)).join('<br>')];
  return `| ${cells.join(' | ')} |`;
}

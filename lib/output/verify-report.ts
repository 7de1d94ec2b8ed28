import { formatDuration } from '../core/durations.ts';
import type { ExitCode } from '../core/errors.ts';
import type { Verification } from '../procedure/verify.ts';
import { renderHtml } from '../report/html.ts';
import { renderJunit } from '../report/junit.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { viewVerifications } from '../report/verification-view.ts';
import type { ReportWords } from '../report/verification-view.ts';
import type { Messages } from './messages/messages.ts';
import { findingText, headingOf, nameOf } from './verify.ts';

const renderers = { junit: renderJunit, markdown: renderMarkdown, html: renderHtml };

export type ReportFormat = keyof typeof renderers;

/** True for the forms that are a report of their own. */
export function isReportFormat(format: string): format is ReportFormat {
  return format in renderers;
}

/** The verification as a document for others: a CI server, a pull request, a mail. @param exitCode over all clusters */
export function renderReport(format: ReportFormat, seen: readonly Verification[], exitCode: ExitCode, messages: Messages): string {
  return renderers[format](viewVerifications(seen, exitCode, wordsOf(messages)));
}

function wordsOf(messages: Messages): ReportWords {
  const { checks, verify } = messages;
  return {
    language: messages.language,
    title: verify.title,
    columns: { check: checks.columns.check, verdict: checks.columns.verdict, evidence: checks.columns.evidence, decides: checks.columns.gates },
    verdict: checks.verdict,
    decides: verify.decides,
    looked: verify.looked,
    exit: checks.exit,
    absent: checks.absent,
    undecisive: verify.undecisive,
    due: (at, now) => checks.due(at, formatDuration(Date.parse(at) - now.getTime())),
    counts: checks.counts,
    finding: (found, now) => findingText(found, messages, { now }),
    rule: (check) => checks.rule[check],
    nameOf,
    heading: (seen) => headingOf(seen, messages),
  };
}

import type { CheckResult } from '../checks/check.ts';
import type { ContinuityFacts } from '../checks/continuity/facts.ts';
import type { Finding } from '../checks/finding.ts';
import type { Verdict } from '../checks/verdict.ts';
import { formatDuration } from '../core/durations.ts';
import { RetraceError } from '../core/errors.ts';
import type { ErrorParams } from '../core/errors.ts';
import type { Verification } from '../procedure/verify.ts';
import { connectionCheck } from '../procedure/verify-clusters.ts';
import { countVerdicts } from '../report/verification-view.ts';
import { messageOf } from './failure.ts';
import { labelledLines, wrapWords } from './lines.ts';
import { english } from './messages/en.ts';
import type { Messages, Telling } from './messages/messages.ts';
import { printableData } from './printable.ts';
import { stringifyJson, type Json } from '../core/json.ts';
import { paint, type Style, type Tone } from './style.ts';
import { renderTable } from './table.ts';
import { renderTimeline } from './timeline.ts';

/** The verdict's colour. */
export const toneOf: Record<Verdict, Tone> = { pass: 'good', warn: 'careful', fail: 'bad', inconclusive: 'careful', pending: 'careful', skipped: 'faint' };

/** Evidence in the person's language. */
export function findingText(found: Finding, messages: Messages, telling: Telling): string {
  const { code, params } = printableData(found);
  if (code === 'not-observed') {
    const { text, lines = [] } = messageOf(new RetraceError(params.code, params.params as ErrorParams[typeof params.code]), messages);
    return messages.checks.notObserved([text, ...lines].join('; '));
  }
  const tell = messages.checks.finding[code] as (params: unknown, telling: Telling) => string;
  return tell(params, telling);
}

/** What next to type, printed under the table. */
export interface NextCommands {
  explain(check: string): string;
  wait: string;
}

/** One table of verdicts with evidence, the counts with the exit code, and the next step; without one where the table is watched. */
export function renderVerification(seen: Verification, messages: Messages, style: Style, next: NextCommands | undefined): string {
  const { checks: labels } = messages;
  const telling = { now: new Date(seen.now) };
  const rows = seen.checks.map((result) => [result.check, labels.verdict[result.verdict], evidenceOf(result, messages, telling)]);
  const table = renderTable([{ title: labels.columns.check }, { title: labels.columns.verdict }, { title: labels.columns.evidence, mayBeCut: true }], rows, style);
  const tail = [
    ...flow([labels.counts(countVerdicts(seen.checks)), `${labels.exit} ${seen.exitCode}`]),
    ...(next === undefined ? [] : followUps(seen, messages, next)),
  ];
  return `${[paint(style, 'strong', headingOf(seen, messages)), ...colour(table.trimEnd().split('\n'), seen.checks, labels.verdict, style), ...tail].join('\n')}\n`;
}

function flow(parts: readonly string[]): string[] {
  return [parts.filter((part) => part !== '').join('          ')];
}

/** Only the verdict's word has a colour, and it says the same without. */
function colour([head = '', ...lines]: string[], checks: readonly CheckResult[], words: Record<Verdict, string>, style: Style): string[] {
  return [head, ...lines.map((line, at) => line.replace(words[checks[at]!.verdict], (word) => paint(style, toneOf[checks[at]!.verdict], word)))];
}

/** What a row of the table says: the finding that made the verdict, and how many others there are. */
export function evidenceOf({ findings, dueAt, verdict }: CheckResult, messages: Messages, telling: Telling): string {
  const [first] = findings;
  if (first === undefined) return messages.checks.absent;
  // With --strict a warning is a failure.
  const shown = findings.find((found) => found.verdict === verdict) ?? first;
  const others = findings.filter((found) => found !== shown && found.verdict !== 'pass').length;
  const parts = [findingText(shown, messages, telling), ...(others > 0 ? [messages.checks.more(others)] : [])];
  if (verdict === 'pending' && dueAt !== undefined) parts.push(messages.checks.due(dueAt, formatDuration(Date.parse(dueAt) - telling.now.getTime())));
  return parts.join(' ');
}

/** The cluster's name as it was typed, or its context. */
export function nameOf({ cluster }: Pick<Verification, 'cluster'>): string {
  return cluster.name ?? cluster.contextName;
}

/** Which cluster, where in it, and since when. */
export function headingOf(seen: Verification, messages: Messages): string {
  if (seen.checks.some(({ check }) => check === connectionCheck)) return nameOf(seen);
  const ago = seen.since === undefined ? undefined : formatDuration(Date.parse(seen.now) - Date.parse(seen.since));
  return messages.checks.heading({ cluster: nameOf(seen), namespaces: seen.namespaces, since: seen.since, ago, run: seen.run });
}

/** What the failure on stderr does not say anyway: about checks that do not decide. */
function followUps({ checks }: Verification, { checks: labels }: Messages, next: NextCommands): string[] {
  const others = checks.filter(({ gating }) => !gating);
  const bad = others.find(({ verdict }) => verdict === 'fail') ?? others.find(({ verdict }) => verdict === 'inconclusive');
  return [...(bad ? [labels.why(next.explain(bad.check))] : []), ...(others.some(({ verdict }) => verdict === 'pending') ? [labels.wait(next.wait)] : [])];
}

/** One check with all that it found, the rule, what was measured and where the rule comes from. */
export function renderExplanation(seen: Verification, result: CheckResult, sources: readonly string[], messages: Messages, style: Style): string {
  const { checks: labels } = messages;
  const telling = { now: new Date(seen.now) };
  const found = result.findings.map((one) => `${labels.verdict[one.verdict]}: ${findingText(one, messages, telling)}`);
  return `${[
    paint(style, 'strong', headingOf(seen, messages)),
    `${result.check}   ${paint(style, toneOf[result.verdict], labels.verdict[result.verdict])}`,
    ...wrapWords(labels.rule[result.check] ?? '', style.columns),
    '',
    ...(found.length > 0 ? found : [labels.absent]).flatMap((line) => labelledLines('  ', 2, line, style.columns)),
    '',
    ...sources.map((source) => `${labels.source}   ${source}`),
    `${labels.measured}`,
    ...measured(seen, result, messages, style),
  ].join('\n')}\n`;
}

/** The facts; of thousands of series a picture, for -o json has them all. */
function measured(seen: Verification, { check, facts = null }: CheckResult, messages: Messages, style: Style): string[] {
  const json = (value: Json) => stringifyJson(printableData(value), 2).split('\n').map((line) => `  ${line}`);
  if (check !== 'continuity' || facts === null) return json(facts);
  const { series, local, pods, ...others } = facts as unknown as ContinuityFacts;
  return [...renderTimeline(facts as unknown as ContinuityFacts, seen.since, messages, style), ...json({ ...others, series: series.length, local: local.length, pods: pods.length } as unknown as Json)];
}

/** For programs: every finding with its sentence in English, whatever the person reads. */
export function describeVerification(seen: Verification): object {
  const telling = { now: new Date(seen.now) };
  const checks = seen.checks.map((result) => ({ ...result, findings: result.findings.map((one) => ({ ...one, message: findingText(one, english, telling) })) }));
  return { apiVersion: 'retrace/v1', kind: 'Verification', ...seen, checks };
}

import type { CheckResult } from '../checks/check.ts';
import type { Finding } from '../checks/finding.ts';
import type { Verdict } from '../checks/verdict.ts';
import type { ExitCode } from '../core/errors.ts';
import type { Verification } from '../procedure/verify.ts';

/** What a report needs said, in one language; lib/output has the sentences. */
export interface ReportWords {
  /** BCP 47: `en`, `ko`. */
  language: string;
  title: string;
  columns: Record<'check' | 'verdict' | 'evidence' | 'decides', string>;
  verdict: Record<Verdict, string>;
  decides: Record<'yes' | 'no', string>;
  looked: string;
  exit: string;
  absent: string;
  /** Of a bad verdict that leaves the exit code alone. */
  undecisive(verdict: string, evidence: string): string;
  due(at: string, now: Date): string;
  counts(counts: Partial<Record<Verdict, number>>): string;
  finding(found: Finding, now: Date): string;
  /** What the check proves; undefined for one that has no rule of its own. */
  rule(check: string): string | undefined;
  nameOf(seen: Verification): string;
  heading(seen: Verification): string;
}

/** A verification of one or several clusters, ready to be written in any form: nothing is left to judge or to translate. */
export interface VerificationReport {
  language: string;
  title: string;
  words: Pick<ReportWords, 'columns' | 'decides' | 'looked' | 'exit'>;
  exitCode: ExitCode;
  clusters: ClusterReport[];
}

export interface ClusterReport {
  name: string;
  heading: string;
  /** The server's time of the look, RFC 3339. */
  now: string;
  verdict: Verdict;
  verdictWord: string;
  counts: string;
  checks: CheckReport[];
}

export interface CheckReport {
  name: string;
  verdict: Verdict;
  verdictWord: string;
  gating: boolean;
  /** The worst first; never empty. */
  evidence: { verdict: Verdict; verdictWord: string; text: string }[];
  /** Evidence in one line, for where a program shows one; and that it does not decide. */
  summary: string;
  rule?: string;
}

/** Pure. @param exitCode over all of them */
export function viewVerifications(seen: readonly Verification[], exitCode: ExitCode, words: ReportWords): VerificationReport {
  const { language, title, columns, decides, looked, exit } = words;
  return { language, title, words: { columns, decides, looked, exit }, exitCode, clusters: seen.map((one) => viewCluster(one, words)) };
}

function viewCluster(seen: Verification, words: ReportWords): ClusterReport {
  const now = new Date(seen.now);
  return {
    name: words.nameOf(seen),
    heading: words.heading(seen),
    now: seen.now,
    verdict: seen.verdict,
    verdictWord: words.verdict[seen.verdict],
    counts: words.counts(countVerdicts(seen.checks)),
    checks: seen.checks.map((result) => viewCheck(result, now, words)),
  };
}

function viewCheck({ check: name, verdict, gating, findings }: CheckResult, now: Date, words: ReportWords): CheckReport {
  const verdictWord = words.verdict[verdict];
  const textOf = (one: Finding) => [words.finding(one, now), ...(one.dueAt === undefined ? [] : [words.due(one.dueAt, now)])].join(', ');
  const found = findings.map((one) => ({ verdict: one.verdict, verdictWord: words.verdict[one.verdict], text: textOf(one) }));
  const evidence = found.length > 0 ? found : [{ verdict, verdictWord, text: words.absent }];
  const all = evidence.map(({ text }) => text).join('; ');
  const isBad = verdict === 'fail' || verdict === 'inconclusive';
  const rule = words.rule(name);
  return { name, verdict, verdictWord, gating, evidence, summary: isBad && !gating ? words.undecisive(verdictWord, all) : all, ...(rule === undefined ? {} : { rule }) };
}

/** How many checks say what, the good ones first. */
export function countVerdicts(checks: readonly Pick<CheckResult, 'verdict'>[]): Partial<Record<Verdict, number>> {
  const order: Verdict[] = ['pass', 'warn', 'fail', 'inconclusive', 'pending', 'skipped'];
  return Object.fromEntries(order.map((verdict) => [verdict, checks.filter((result) => result.verdict === verdict).length]));
}

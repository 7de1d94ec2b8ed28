import { escapeXml } from './escapes.ts';
import type { CheckReport, ClusterReport, VerificationReport } from './verification-view.ts';

/**
 * The report as JUnit XML, as Jenkins, GitLab and GitHub's reporters read it (testmoapp/junitxml): a suite a cluster, a case a check.
 * What decides and failed is a failure, what decides and could not be decided an error; what is not proved yet, absent, or bad
 * without deciding is skipped with its reason: never green in silence.
 */
export function renderJunit(report: VerificationReport): string {
  const suites = report.clusters.map(renderSuite);
  const sum = countCases(report.clusters.flatMap(({ checks }) => checks));
  return `${['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites name="kubectl verify" ${sum}>`, ...suites, '</testsuites>'].join('\n')}\n`;
}

function renderSuite({ name, heading, now, checks }: ClusterReport): string {
  return [
    `  <testsuite name="${escapeXml(name)}" ${countCases(checks)} timestamp="${escapeXml(now.replace(/\.\d+Z$|Z$/, ''))}">`,
    `    <properties><property name="heading" value="${escapeXml(heading)}"/></properties>`,
    ...checks.map((check) => renderCase(check, name)),
    '  </testsuite>',
  ].join('\n');
}

type Outcome = 'failure' | 'error' | 'skipped' | 'passed';

function outcomeOf({ verdict, gating }: CheckReport): Outcome {
  if (verdict === 'pass' || verdict === 'warn') return 'passed';
  if (!gating || verdict === 'pending' || verdict === 'skipped') return 'skipped';
  return verdict === 'fail' ? 'failure' : 'error';
}

function countCases(checks: readonly CheckReport[]): string {
  const count = (outcome: Outcome) => checks.filter((check) => outcomeOf(check) === outcome).length;
  return `tests="${checks.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
}

function renderCase(check: CheckReport, cluster: string): string {
  const outcome = outcomeOf(check);
  const evidence = escapeXml(check.evidence.map(({ verdictWord, text }) => `${verdictWord}: ${text}`).join('\n')).replaceAll('&#10;', '\n');
  const open = `    <testcase classname="${escapeXml(cluster)}" name="${escapeXml(check.name)}"`;
  if (outcome === 'passed') return [`${open}>`, `      <system-out>${evidence}</system-out>`, '    </testcase>'].join('\n');
  const message = `message="${escapeXml(check.summary)}"`;
  const inner = outcome === 'skipped' ? `<skipped ${message}/>` : `<${outcome} ${message} type="${check.verdict}">${evidence}</${outcome}>`;
  return [`${open}>`, `      ${inner}`, '    </testcase>'].join('\n');
}

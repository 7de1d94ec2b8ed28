import { escapeXml } from './escapes.ts';
import { symbolOf } from './markdown.ts';
import type { CheckReport, ClusterReport, VerificationReport } from './verification-view.ts';

// Each pair of text and ground has at least 4.5:1 (WCAG 2.2, 1.4.3), in both colour schemes.
const style = `
:root { color-scheme: light dark; --ground: #fff; --text: #1c2128; --faint: #57606a; --line: #d0d7de; --pass: #116329; --warn: #7d4e00; --fail: #b01020; --inconclusive: #7d4e00; --pending: #0550ae; --skipped: #57606a; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --text: #e6edf3; --faint: #9da7b1; --line: #3d444d; --pass: #56d364; --warn: #e3b341; --fail: #ff8a80; --inconclusive: #e3b341; --pending: #79c0ff; --skipped: #9da7b1; } }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.faint, .rule { color: var(--faint); } .rule { font-size: .875rem; margin: .25rem 0 0; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); }
th { white-space: nowrap; } td:last-child { width: 60%; overflow-wrap: anywhere; }
ul { margin: 0; padding-inline-start: 1.1rem; }
.verdict { font-weight: 600; white-space: nowrap; }
${['pass', 'warn', 'fail', 'inconclusive', 'pending', 'skipped'].map((verdict) => `.${verdict} { color: var(--${verdict}); }`).join(' ')}
@media print { body { margin: 0; max-width: none; } }
`;

/** The report as one HTML file that loads nothing and runs nothing: it can be mailed, kept, and opened without a network. */
export function renderHtml(report: VerificationReport): string {
  return `<!doctype html>
<html lang="${escapeXml(report.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeXml([report.title, ...report.clusters.map(({ name, verdictWord }) => `${name} ${verdictWord}`).slice(0, 3)].join(' · '))}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeXml(report.title)}</h1>
${report.clusters.map((cluster) => renderCluster(cluster, report)).join('\n')}
<p class="faint">${escapeXml(report.words.exit)} ${report.exitCode}</p>
</body>
</html>
`;
}

function renderCluster(cluster: ClusterReport, { words }: VerificationReport): string {
  const { check, verdict, decides, evidence } = words.columns;
  const heads = [check, verdict, decides, evidence].map((title) => `<th scope="col">${escapeXml(title)}</th>`).join('');
  return `<section>
<h2>${escapeXml(cluster.name)} ${renderVerdict(cluster)}</h2>
<p>${escapeXml(cluster.heading)}<br><span class="faint">${escapeXml(words.looked)} <time datetime="${escapeXml(cluster.now)}">${escapeXml(cluster.now)}</time></span></p>
<div class="table"><table>
<thead><tr>${heads}</tr></thead>
<tbody>
${cluster.checks.map((one) => renderRow(one, words.decides)).join('\n')}
</tbody>
</table></div>
<p class="faint">${escapeXml(cluster.counts)}</p>
</section>`;
}

function renderVerdict({ verdict, verdictWord }: Pick<CheckReport, 'verdict' | 'verdictWord'>): string {
  return `<span class="verdict ${verdict}">${symbolOf[verdict]} ${escapeXml(verdictWord)}</span>`;
}

function renderRow(check: CheckReport, decides: Record<'yes' | 'no', string>): string {
  const texts = check.evidence.map(({ text }) => escapeXml(text));
  const evidence = texts.length === 1 ? texts[0]! : `<ul>${texts.map((text) => `<li>${text}</li>`).join('')}</ul>`;
  const rule = check.rule === undefined ? '' : `<p class="rule">${escapeXml(check.rule)}</p>`;
  return `<tr><th scope="row">${escapeXml(check.name)}</th><td>${renderVerdict(check)}</td><td>${escapeXml(check.gating ? decides.yes : decides.no)}</td><td>${evidence}${rule}</td></tr>`;
}

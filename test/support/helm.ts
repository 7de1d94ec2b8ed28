/** The listed Helm against a control plane of the tests, with charts that are written when they are needed. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { toolPath } from '../../scripts/tools/build.ts';

/** Writes a chart whose templates are the given objects, with `{{ .Values.… }}` where they vary. @returns its folder */
export function writeChart(runFolder: string, name: string, templates: readonly object[], values: object): string {
  const charts = join(runFolder, 'charts');
  mkdirSync(charts, { recursive: true });
  const chart = mkdtempSync(join(charts, `${name}-`));
  mkdirSync(join(chart, 'templates'));
  writeFileSync(join(chart, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`);
  writeFileSync(join(chart, 'values.yaml'), JSON.stringify(values));
  writeFileSync(join(chart, 'templates', 'all.yaml'), templates.map((template) => JSON.stringify(template)).join('\n---\n'));
  return chart;
}

/** Runs helm as administrator, with nothing of the person's own. Throws with helm's message when it fails. */
export async function helm(plane: { readonly kubeconfig: string }, runFolder: string, args: readonly string[]): Promise<string> {
  const home = join(runFolder, 'helm-home');
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, XDG_CACHE_HOME: join(home, 'cache'), XDG_CONFIG_HOME: join(home, 'config'), XDG_DATA_HOME: join(home, 'data') };
  const { stdout } = await execa(await toolPath('helm'), ['--kubeconfig', plane.kubeconfig, ...args], { env, extendEnv: false, stdin: 'ignore', timeout: 60_000 });
  return stdout;
}

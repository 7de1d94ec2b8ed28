import { stringifyJson } from '../core/json.ts';

export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name';

/** A list as the API has them: `RunList` of `Run`. */
export function listOf(kind: string, items: readonly unknown[]): { apiVersion: string; kind: string; items: readonly unknown[] } {
  return { apiVersion: 'retrace/v1', kind: `${kind}List`, items };
}

/** Data for programs: indented JSON or YAML with a newline at the end. */
export async function renderDocument(document: unknown, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return `${stringifyJson(document, 2)}\n`;
  const { renderYaml } = await import('../formats/yaml.ts');
  return renderYaml(document);
}

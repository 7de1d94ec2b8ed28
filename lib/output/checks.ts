import type { AnyCheck } from '../checks/check.ts';
import { labelledLines } from './lines.ts';
import type { Messages } from './messages/messages.ts';
import { paint, type Style } from './style.ts';

/** Each check as a paragraph: what it proves, whether it decides, what it needs. */
export function renderChecks(checks: readonly AnyCheck[], { checks: labels }: Messages, style: Style): string {
  const width = Math.max(...checks.map(({ name }) => name.length)) + 3;
  const paragraphs = checks.map(({ name, decides, needs, sources }) => {
    const needed = needs.map(({ verb, resource, group }) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`).join(', ');
    const lines = [labels.rule[name] ?? '', `${labels.columns.gates}: ${labels.gates[decides]}`, `${labels.columns.needs}: ${needed}`, ...(style.wide ? sources.map((source) => `${labels.source}: ${source}`) : [])];
    return lines.flatMap((line, at) => labelledLines(at === 0 ? paint(style, 'strong', name) : '', width, line, style.columns)).join('\n');
  });
  return `${paragraphs.join('\n\n')}\n`;
}

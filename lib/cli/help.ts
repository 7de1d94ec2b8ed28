import { wrapWords } from '../output/lines.ts';
import type { Command, Plugin } from './define-command.ts';
import { exitCodeMeanings } from './exit-code-meanings.ts';
import { flagName, type FlagGroup, type FlagSpec } from './flag.ts';

// Own help, not yargs': loading yargs costs 18 ms of the 23 ms that --help may take (measured: compiled with bytecode,
// 7 ms without it, 25 ms with it; kubectl version --client takes 47 ms).

const columns = 80;
const groupOrder: FlagGroup[] = ['Target', 'Going back', 'Checks', 'Keeping', 'Snapshots', 'Waiting', 'Safety', 'Output', 'Cluster', 'Other'];

/** Help of the whole plugin: what it is for, and its commands. */
export function renderPluginHelp(plugin: Plugin): string {
  const full = `kubectl ${plugin.name}`;
  const width = Math.max(...plugin.commands.map(({ name }) => name.length)) + 3;
  const commands = plugin.commands.map(({ name, summary }) => hanging(`  ${name.padEnd(width)}`, summary));
  const examples = plugin.commands.flatMap(({ examples: [first] }) => (first === undefined ? [] : [`  # ${first.describe}`, `  ${first.command}`]));
  return [
    plugin.summary,
    '',
    plugin.defaultCommand === undefined ? `Usage:  ${full} COMMAND [flags]` : `Usage:  ${full} [COMMAND] [flags]     without a command: ${plugin.defaultCommand}`,
    '',
    'Commands:',
    ...commands,
    '',
    'Examples:',
    ...examples.slice(0, 8),
    '',
    `Flags and exit codes of a command:  ${full} COMMAND --help`,
    `Version:  ${full} --version`,
    '',
  ].join('\n');
}

/** Help of one command: usage, examples first, flags in groups, exit codes. */
export function renderCommandHelp(plugin: Plugin, command: Command): string {
  const full = `kubectl ${plugin.name} ${command.name}`;
  const { positional } = command;
  const words = positional === undefined ? '' : ` ${positional.required ? positional.name : `[${positional.name}]`}${positional.many ? '…' : ''}`;
  const lines = [...wrapWords(command.summary, columns), ''];
  if (command.details !== undefined) lines.push(...wrapWords(command.details, columns), '');
  lines.push(`Usage:  ${full}${words} [flags]`);
  if (command.aliases !== undefined) lines.push(`Also:   ${command.aliases.join(', ')}`);
  lines.push('', 'Examples:', ...command.examples.flatMap(({ describe, command: example }) => [`  # ${describe}`, `  ${example}`]));
  if (positional !== undefined) lines.push('', hanging(`${positional.name}   `, positional.describe));
  lines.push(...flagLines(command), '', 'Exit codes:');
  lines.push(...[0, 1, 2, ...(command.exitCodes ?? [])].map((code) => hanging(`  ${String(code).padEnd(5)}`, exitCodeMeanings[code] ?? '')));
  return `${lines.join('\n')}\n`;
}

function flagLines(command: Command): string[] {
  const flags = Object.entries(command.flags).map(([key, spec]) => ({ spec, left: leftSide(key, spec) }));
  const width = Math.min(32, Math.max(...flags.map(({ left }) => left.length))) + 2;
  return groupOrder.flatMap((group) => {
    const own = flags.filter(({ spec }) => spec.group === group);
    return own.length === 0 ? [] : ['', `${group}:`, ...own.map(({ spec, left }) => flagLine(spec, left, width))];
  });
}

function leftSide(key: string, { alias, value }: FlagSpec): string {
  const short = alias === undefined ? '    ' : `-${alias}, `;
  return `  ${short}--${flagName(key)}${value === undefined ? '' : `=${value.placeholder}`}`;
}

function flagLine({ describe, fallback }: FlagSpec, left: string, width: number): string {
  const text = fallback === undefined || fallback === '0' ? describe : `${describe} (default ${fallback})`;
  return left.length > width - 2 ? `${left}\n${hanging(' '.repeat(width), text)}` : hanging(left.padEnd(width), text);
}

function hanging(label: string, text: string): string {
  return wrapWords(text, columns - label.length)
    .map((line, at) => (at === 0 ? label : ' '.repeat(label.length)) + line)
    .join('\n');
}

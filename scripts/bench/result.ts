/** What a benchmark gives, and how it is held against its budget. */

/** One measured figure beside that of its peer, in the same unit. The shape of the JSON file. */
export interface BenchResult {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly unit: string;
}

/** A bound of the design: on our figure itself, or on its ratio to the peer's. */
export interface Budget {
  readonly name: string;
  readonly of: 'ours' | 'ratio';
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
}

export const budgets: readonly Budget[] = [
  { name: 'start-version', of: 'ratio', bound: 'at most', limit: 0.5 },
  { name: 'start-help', of: 'ratio', bound: 'at most', limit: 0.5 },
  { name: 'plan-roundtrips', of: 'ours', bound: 'at most', limit: 8 },
  { name: 'plan-latency', of: 'ours', bound: 'at most', limit: 1 },
  { name: 'verify-20', of: 'ratio', bound: 'at most', limit: 1.3 },
  { name: 'restore-1k', of: 'ours', bound: 'at least', limit: 200 },
  { name: 'parse', of: 'ratio', bound: 'at least', limit: 3 },
  { name: 'parse-promparser', of: 'ratio', bound: 'at least', limit: 1 },
  { name: 'continuity', of: 'ratio', bound: 'at least', limit: 0.5 },
  { name: 'continuity-memory', of: 'ours', bound: 'at most', limit: 300 },
  { name: 'continuity-memory-flat', of: 'ratio', bound: 'at most', limit: 1.2 },
  { name: 'snapshot-10k', of: 'ratio', bound: 'at most', limit: 0.2 },
  { name: 'snapshot-10k-memory', of: 'ratio', bound: 'at most', limit: 0.5 },
  { name: 'snapshot-10k-open', of: 'ratio', bound: 'at most', limit: 0.2 },
  { name: 'snapshot-10k-open-memory', of: 'ratio', bound: 'at most', limit: 0.5 },
];

/** Whether a result is inside its budget; undefined when it has none. */
export function isWithinBudget(result: BenchResult): boolean | undefined {
  const budget = budgets.find(({ name }) => name === result.name);
  if (!budget) return undefined;
  const figure = budget.of === 'ours' ? result.ours : result.ours / result.peer;
  return budget.bound === 'at most' ? figure <= budget.limit : figure >= budget.limit;
}

/** One line for people. */
export function formatResult(result: BenchResult): string {
  const { name, ours, peer, unit } = result;
  const budget = budgets.find((candidate) => candidate.name === name);
  const allowed = budget
    ? `${budget.bound} ${budget.limit}${budget.of === 'ratio' ? ' × peer' : ` ${unit}`}`
    : 'no budget';
  const verdict = { true: 'ok', false: 'MISSED', undefined: '' }[String(isWithinBudget(result))];
  const columns = [
    name.padEnd(25),
    `ours ${format(ours)} ${unit}`.padEnd(24),
    `peer ${format(peer)} ${unit}`.padEnd(24),
  ];
  return `${columns.join('')}${`${(ours / peer).toFixed(2)} ×`.padEnd(10)}${allowed.padEnd(22)}${verdict}`.trimEnd();
}

/** Middle of the values; the mean of both middles for an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function format(figure: number): string {
  return Number.isInteger(figure) ? String(figure) : figure.toPrecision(3);
}

import type { DiffPhrases } from './diff-phrases.ts';

export const diff: DiffPhrases = {
  moreLines: (count) => `… ${count} more ${count === 1 ? 'line' : 'lines'} (-o wide shows them)`,
  moreChanges: (count) => `… ${count} more ${count === 1 ? 'change' : 'changes'} (-o wide shows them)`,
  noLastNewline: '(no newline at the end)',
};

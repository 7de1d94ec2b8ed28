import type { DiffPhrases } from './diff-phrases.ts';

export const diff: DiffPhrases = {
  moreLines: (count) => `… ${count}줄 더 있음 (-o wide로 모두 표시)`,
  moreChanges: (count) => `… 변경 ${count}개 더 있음 (-o wide로 모두 표시)`,
  noLastNewline: '(끝에 줄바꿈 없음)',
};

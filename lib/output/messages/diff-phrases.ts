/** What is said beside changed lines and fields, in one language. */
export interface DiffPhrases {
  moreLines(count: number): string;
  moreChanges(count: number): string;
  noLastNewline: string;
}

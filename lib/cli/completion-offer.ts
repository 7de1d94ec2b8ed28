import { oneLine, printable } from '../output/printable.ts';
import type { CommandEnvironment } from './environment.ts';

export interface Choice {
  value: string;
  describe?: string;
}

/** What may stand there. */
export interface Offer {
  choices: readonly Choice[];
  /** Shown in the order given; otherwise the shell sorts. */
  keepOrder?: true;
  /** Something must follow at once: `statefulset/`. */
  noSpace?: true;
  /** File names too. */
  files?: true;
}

/** A question that only the plugin can answer, because a cluster or a file must be asked. */
export interface CompletionQuestion {
  command: string | undefined;
  /** Key of the flag whose value is wanted; undefined for a word. */
  flag: string | undefined;
  /** What was typed of it. */
  current: string;
}

/**
 * Answers with everything that fits or more: what does not begin with the typed letters is left out by the caller.
 * @param args values of the flags that were typed, and the `words` before
 * @throws anything: then nothing is offered
 */
export type Completer = (question: CompletionQuestion, args: Record<string, unknown> & { words: string[] }, env: CommandEnvironment) => Promise<Offer | undefined>;

/** Bits of cobra's ShellCompDirective, which kubectl reads from the last line. */
const directives = { noSpace: 2, noFileCompletion: 4, keepOrder: 32 } as const;

/**
 * The lines that kubectl wants: `choice<TAB>description`, and the directive.
 * @param current only choices that begin so are offered
 */
export function renderOffer(offer: Offer, current: string): string {
  // What a shell would have to quote is left out: completion scripts differ in what they do with it.
  const fitting = offer.choices.filter(({ value }) => value.startsWith(current) && /^[\w@%+=:,./-]+$/.test(value));
  const lines = fitting.map(({ value, describe }) => (describe === undefined || describe === '' ? value : `${value}\t${oneLine(printable(describe))}`));
  const directive = (offer.files ? 0 : directives.noFileCompletion) + (offer.noSpace ? directives.noSpace : 0) + (offer.keepOrder ? directives.keepOrder : 0);
  return [...lines, `:${directive}`].map((line) => `${line}\n`).join('');
}

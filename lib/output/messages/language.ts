import type { Messages } from './messages.ts';
import { english } from './en.ts';

/** Tables of the languages besides English, loaded when one is asked for. */
const others: Record<string, () => Promise<Messages>> = { ko: async () => (await import('./ko.ts')).korean };

/** Which language the person reads: --lang, then LC_ALL, LC_MESSAGES, LANG as everywhere; English when there is no table. */
export function chooseLanguage(asked: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const wanted = asked ?? (env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || 'en');
  return wanted.slice(0, 2).toLowerCase();
}

/** The sentences of a language. */
export async function loadMessages(language: string): Promise<Messages> {
  return (await others[language]?.()) ?? english;
}

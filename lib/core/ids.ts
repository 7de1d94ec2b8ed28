import type { Context } from './context.ts';

// Crockford's alphabet: no letter that is read as a digit when it is dictated over the phone.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Identity of a run or a plan: a prefix and six letters, short enough to type: `r-7k2m4d`. */
export function newId(prefix: string, context: Pick<Context, 'random'>): string {
  let id = '';
  for (let i = 0; i < 6; i++) id += alphabet[Math.floor(context.random() * alphabet.length)];
  return `${prefix}-${id}`;
}

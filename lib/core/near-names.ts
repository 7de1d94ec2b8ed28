import { distance } from 'fastest-levenshtein';

/** Up to `most` of the known names that the person may have meant, nearest first. */
export function nearNames(wanted: string, known: Iterable<string>, most = 3): string[] {
  if (wanted === '') return [];
  const reach = Math.max(2, Math.floor(wanted.length / 3));
  return [...new Set(known)]
    .map((name) => ({ name, far: distance(wanted, name), contains: name.includes(wanted) || wanted.includes(name) }))
    .filter(({ far, contains }) => far <= reach || contains)
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

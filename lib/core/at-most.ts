/**
 * Works on all items, at most `limit` at once.
 * @returns the results in the order of the items
 * @throws what `work` throws first; nothing new is begun then
 */
export async function atMost<T, R>(limit: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  let isBroken = false;
  const worker = async () => {
    while (next < items.length && !isBroken) {
      const at = next++;
      try {
        results[at] = await work(items[at]!);
      } catch (error) {
        isBroken = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** All items of batches, in their order. */
export async function collected<T>(batches: AsyncIterable<readonly T[]> | Iterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const batch of batches) items.push(...batch);
  return items;
}

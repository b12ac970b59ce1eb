import { realpath } from 'node:fs/promises';

/** Whether two paths open the same file, links followed. False where either opens none. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => realpath(path).catch(() => undefined)));
  return first !== undefined && first === second;
}

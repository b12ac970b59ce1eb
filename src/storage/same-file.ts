import { realpath } from 'node:fs/promises';
import { resolvedLocation } from './open-storage.js';
import { isS3Address } from './s3/s3-address.js';

/** Whether two paths open the same file, links followed, or two addresses the same object. False where either opens none. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  if (isS3Address(a) && isS3Address(b)) return resolvedLocation(a) === resolvedLocation(b);
  const [first, second] = await Promise.all([a, b].map((path) => realpath(path).catch(() => undefined)));
  return first !== undefined && first === second;
}

import { createHash } from 'node:crypto';
import type { ModelFile } from './entry.js';

/**
 * What a file of a model is known by wherever it lies: it changes with any byte of the graph or of the weights beside it. Of a file that
 * has no weights beside it, it is the file's own sha256.
 *
 * @returns Lower-case hex.
 */
export function sumOf({ sha256, externalData = [] }: ModelFile): string {
  if (externalData.length === 0) return sha256;
  const sums = [sha256, ...externalData.map((each) => each.sha256)];
  return createHash('sha256').update(sums.join('\n')).digest('hex');
}

import { seededRandom } from './seeded-random.js';

/** Numbers that are the same on every run, uniform in [-1, 1). */
export function randomNumbers(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => 2 * random() - 1);
}

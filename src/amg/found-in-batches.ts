import type { FoundMask } from '../sam/found-mask.js';
import type { EncodedCrop } from './candidates/encoded-crop.js';
import { proposedMasks } from './candidates/proposed-masks.js';
import { singleMaskFilter } from './selection/single-mask-filter.js';

/** Batches of points of one crop, each of which someone takes. */
export interface BatchesToTake {
  /** The next batch that nobody has taken, as an index; undefined when all are. */
  take(): number | undefined;
  /** Says that a batch is answered. @returns points of all batches that are, whoever answered them. */
  answered(points: number): number;
}

/**
 * The masks that are found in the batches that the caller can take, as far as each can be judged alone.
 *
 * @param batches - [N, 2] x, y in pixels of the crop, each.
 * @param onAnswered - Told after each batch how many points are answered, by whomever.
 * @returns masks by the index of their batch
 */
export async function foundInBatches(
  crop: EncodedCrop,
  batches: readonly Float64Array[],
  toTake: BatchesToTake,
  onAnswered?: (points: number) => void,
): Promise<Map<number, FoundMask[]>> {
  const found = new Map<number, FoundMask[]>();
  for (let index = toTake.take(); index !== undefined; index = toTake.take()) {
    found.set(index, await foundAt(crop, batches[index]));
    onAnswered?.(toTake.answered(batches[index].length / 2));
  }
  return found;
}

/**
 * The masks that are found at one batch of points, as far as each can be judged alone.
 *
 * @param pointsInCrop - [N, 2] x, y in pixels of the crop.
 */
export async function foundAt(crop: EncodedCrop, pointsInCrop: Float64Array): Promise<FoundMask[]> {
  const isKept = singleMaskFilter(crop.settings, crop.imageSize, crop.crop);
  const found: FoundMask[] = [];
  for await (const proposed of proposedMasks(crop, pointsInCrop))
    if (isKept(proposed)) found.push(proposed.toFoundMask());
  return found;
}

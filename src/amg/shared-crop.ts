/**
 * One crop's points for several threads: what travels to whoever helps, and how they agree on who takes what.
 *
 * @module
 */

import type { Embedding } from '../sam/embedding.js';
import type { FoundMask } from '../sam/found-mask.js';
import type { ImageSize } from '../sam/rgb-image.js';
import type { CandidateSettings } from './candidates/encoded-crop.js';
import type { BatchesToTake } from './found-in-batches.js';
import type { CropBox } from './points/crop-boxes.js';

/** A crop that is encoded, and the points to ask about it: plain data. */
export interface CropToAsk {
  readonly embedding: Embedding;
  readonly crop: CropBox;
  /** Of the whole image. */
  readonly imageSize: ImageSize;
  readonly settings: CandidateSettings;
  /** [N, 2] x, y in pixels of the crop, each. */
  readonly batches: readonly Float64Array[];
}

/** A crop that others may help with. */
export interface SharedWork extends BatchesToTake {
  /**
   * What the others found, once no batch is left to take and they have answered those they took.
   *
   * @returns masks by the index of their batch; batches of a thread that was lost are missing
   */
  others(): Promise<ReadonlyMap<number, readonly FoundMask[]>>;
  /** Takes the offer back; after {@link SharedWork.others}, or when the crop is given up. */
  close(): void;
}

/** Offers a crop to whoever is free. */
export type ShareCrop = (crop: CropToAsk) => SharedWork;

/** Batches that one thread answers alone. */
export function allBatches(count: number): BatchesToTake {
  let next = 0;
  let points = 0;
  return {
    take: () => (next < count ? next++ : undefined),
    answered(more) {
      points += more;
      return points;
    },
  };
}

import type { FoundMask } from '../../sam/found-mask.js';
import type { EncodedImage } from '../../sam/segmentation-model.js';
import type { CropBox } from './crop-boxes.js';

/** Decides which points the model is asked about: a fixed grid, or wherever the masks so far leave something to find. */
export interface PointSource {
  /** Points that a crop is asked about, at most. */
  countIn(crop: CropBox): number;
  /**
   * Begins with a crop.
   *
   * @param encoded - The crop after the encoder.
   */
  pointsIn(crop: CropBox, encoded: Pick<EncodedImage, 'width' | 'height' | 'featuresAt'>): CropPoints;
}

/** The points of one crop, batch after batch. */
export interface CropPoints {
  /**
   * The points to ask next.
   *
   * @param most - How many may go through the decoder together, at least 1.
   * @param found - What the points before found in this crop and no filter dropped, duplicates included; pixels of the image.
   * @returns [N, 2] x, y in pixels of the crop, N from 1 to `most`; undefined when enough was asked
   */
  next(most: number, found: readonly FoundMask[]): Float64Array | undefined;
}

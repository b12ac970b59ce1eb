import type { EncodedImage } from '../../sam/segmentation-model.js';
import type { CropBox } from './crop-boxes.js';

/** Decides which points the model is asked about, before it answers the first. */
export interface PointSource {
  /** Points that a crop is asked about. */
  countIn(crop: CropBox): number;
  /**
   * The points of a crop.
   *
   * @param encoded - The crop after the encoder.
   * @returns [N, 2] x, y in pixels of the crop; N is what `countIn` says.
   */
  pointsIn(crop: CropBox, encoded: Pick<EncodedImage, 'width' | 'height' | 'featuresAt'>): Float64Array;
}

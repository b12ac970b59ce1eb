/**
 * From the decoder's logits to masks of the image: the same way for prompts of people and for points of a grid.
 *
 * @module
 */

import { MaskMeasurer, type MaskMeasurerOptions } from '../mask/logits/mask-measurer.js';
import { createResizePlan } from '../mask/logits/resize-plan.js';
import type { ModelGeometry } from '../sam/geometry.js';
import type { ImageSize } from '../sam/rgb-image.js';
import type { DecodedBatch } from '../sam/segmentation-model.js';

/**
 * What measures the masks that a model answers about an image, or about a crop of one.
 *
 * @param size - Of what was encoded: the image or the crop.
 */
export function measurerOf(
  { width, height }: ImageSize,
  geometry: ModelGeometry,
  options: Omit<MaskMeasurerOptions, 'maskThreshold'>,
): MaskMeasurer {
  const { maskThreshold } = geometry;
  return new MaskMeasurer(createResizePlan({ width, height, geometry }), { ...options, maskThreshold });
}

/**
 * Measures one mask of an answer.
 *
 * @param at - Its place among all masks of the answer.
 * @returns Whether it passes the measurer's stability filter; if not, nothing was measured.
 */
export function measureAnswer(
  measurer: MaskMeasurer,
  { logits, offsets, cellsHigh }: DecodedBatch,
  at: number,
): boolean {
  return measurer.measure(logits, offsets[at], cellsHigh);
}

/**
 * Every mask that the model proposes for some points, measured, with its scores. Which of them are kept is for others to say.
 *
 * @module
 */

import type { FoundMask } from '../../sam/found-mask.js';
import type { DecodedBatch } from '../../sam/segmentation-model.js';
import { measureAnswer } from '../../segment/measure-answers.js';
import type { EncodedCrop } from './encoded-crop.js';
import { answersAbout, type PointAnswer } from './point-answers.js';
import { predIouLimitOf } from './pred-iou-limit.js';

/** A mask that the model proposed. Valid until the next one is asked for. */
export interface ProposedMask {
  readonly predictedIou: number;
  readonly stabilityScore: number;
  /** True pixels. */
  readonly area: number;
  /** [4] x0, y0, x1, y1 of the outermost true pixels, inclusive, in pixels of the crop; zeros when there are none. */
  readonly boxInCropXyxy: ArrayLike<number>;
  /** The decoder's answer that holds it. */
  readonly decoded: DecodedBatch;
  /** Its place among all masks of that answer. */
  readonly at: number;
  /** A copy of it, in the frame of the image. */
  toFoundMask(): FoundMask;
}

/**
 * Asks about some points of a crop. Masks at or below the predicted IoU that is wanted, and masks below the stability score that is wanted,
 * are given up on the way, most of them before any pixel is looked at.
 *
 * @param pointsInCrop - [N, 2] x, y in pixels of the crop: one batch of the decoder.
 */
export async function* proposedMasks(crop: EncodedCrop, pointsInCrop: Float64Array): AsyncGenerator<ProposedMask> {
  for await (const answer of answersAbout(crop, pointsInCrop)) {
    const startedAt = performance.now();
    yield* masksOfAnswer(crop, answer, pointsInCrop);
    crop.seconds.select += (performance.now() - startedAt) / 1000;
  }
}

function* masksOfAnswer(
  { crop, measurer, settings }: EncodedCrop,
  { decoded, pointOf }: PointAnswer,
  pointsInCrop: Float64Array,
): Generator<ProposedMask> {
  const { iouPredictions } = decoded;
  const limit = predIouLimitOf(settings.predIouThresh);
  const [x0, y0] = crop.boxXyxy;
  for (let at = 0; at < iouPredictions.length; at++) {
    const predictedIou = iouPredictions[at];
    if (!(predictedIou > limit) || !measureAnswer(measurer, decoded, at)) continue;
    const { area, boxXyxy, stabilityScore } = measurer;
    const toFoundMask = (): FoundMask => {
      const point = 2 * pointOf(at);
      return {
        ...measurer.copyOfMask(),
        predictedIou,
        stabilityScore,
        pointsXy: [[pointsInCrop[point] + x0, pointsInCrop[point + 1] + y0]],
        cropXyxy: crop.boxXyxy,
      };
    };
    yield { predictedIou, stabilityScore, area, boxInCropXyxy: boxXyxy, decoded, at, toFoundMask };
  }
}

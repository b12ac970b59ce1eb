/**
 * What a setting would have kept of the candidates, and how much of what people drew that finds.
 *
 * @module
 */
import { predIouLimitOf } from '../../src/amg/candidates/pred-iou-limit.js';
import { selectedInCrop } from '../../src/amg/selection/selection.js';
import type { GeneratorSettings } from '../../src/amg/settings.js';
import { type AverageRecall, averageRecallOf, type JudgedImage } from '../support/average-recall.js';
import { type CandidateMask, type ImageCandidates, STABILITY_OFFSETS } from './candidates.js';
import type { SegmentedImage } from './human-segments.js';

/** The settings that calibration may choose; the offset is one of {@link STABILITY_OFFSETS}. */
export type Thresholds = Pick<
  GeneratorSettings,
  'predIouThresh' | 'stabilityScoreThresh' | 'stabilityScoreOffset' | 'boxNmsThresh' | 'nms'
>;

/** An image with all that was proposed in it. */
export interface CalibrationImage extends SegmentedImage {
  readonly proposed: ImageCandidates;
}

/** What some thresholds reach on some images. */
export interface Outcome extends AverageRecall {
  readonly thresholds: Thresholds;
  readonly masksPerImage: number;
}

/** The candidates that the generator would have kept, best first. */
export function keptOf({ candidates }: ImageCandidates, thresholds: Thresholds): CandidateMask[] {
  const { stabilityScoreOffset, stabilityScoreThresh } = thresholds;
  const offset = STABILITY_OFFSETS.indexOf(stabilityScoreOffset);
  const predIouLimit = predIouLimitOf(thresholds.predIouThresh);
  const passing = candidates.filter(
    ({ predictedIou, stabilityScores }) =>
      predictedIou > predIouLimit && stabilityScores[offset] >= stabilityScoreThresh,
  );
  return selectedInCrop(passing, thresholds);
}

/**
 * Average recall (IoU 0.5 to 0.95) of all human segments, each person's by themselves: a mask may serve several people.
 */
export function outcomeOf(images: readonly CalibrationImage[], thresholds: Thresholds): Outcome {
  const judged = images.map(({ segments, proposed }): JudgedImage => {
    const kept = keptOf(proposed, thresholds);
    return {
      foundMasks: kept.map(({ mask }) => mask),
      scores: kept.map(({ predictedIou }) => predictedIou),
      segments,
    };
  });
  const recall = averageRecallOf(judged);
  return { ...recall, thresholds, masksPerImage: recall.maskCount / images.length };
}

/** Recall that is not worth more masks. */
const NEGLIGIBLE = 0.01;

/** Of the outcomes that find nearly the highest recall with few enough masks, the one with the fewest. */
export function bestOutcome(outcomes: readonly Outcome[], mostMasksPerImage: number): Outcome {
  const allowed = outcomes.filter(({ masksPerImage }) => masksPerImage <= mostMasksPerImage);
  const highest = allowed.reduce((most, { averageRecall }) => Math.max(most, averageRecall), 0);
  return allowed
    .filter(({ averageRecall }) => averageRecall >= (1 - NEGLIGIBLE) * highest)
    .reduce((best, outcome) => (outcome.masksPerImage < best.masksPerImage ? outcome : best));
}

/**
 * What a setting would have kept of the candidates, and how much of what people drew that finds.
 *
 * @module
 */
import type { GeneratorSettings } from '../../src/amg/settings.js';
import { type AverageRecall, averageRecallOf, type JudgedImage } from '../../src/evaluate/average-recall.js';
import { boxNms } from '../../src/mask/runs/box-nms.js';
import { maskNms } from '../../src/mask/runs/mask-nms.js';
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
export function keptOf({ candidates, width, height }: ImageCandidates, thresholds: Thresholds): CandidateMask[] {
  const { nms, boxNmsThresh, stabilityScoreOffset, stabilityScoreThresh } = thresholds;
  const offset = STABILITY_OFFSETS.indexOf(stabilityScoreOffset);
  const predIouThresh = Math.fround(thresholds.predIouThresh);
  const passing = candidates.filter(
    ({ predictedIou, stabilityScores }) =>
      predictedIou > predIouThresh && stabilityScores[offset] >= stabilityScoreThresh,
  );
  const scores = Float32Array.from(passing, ({ predictedIou }) => predictedIou);
  const kept =
    nms === 'box'
      ? boxNms(Float32Array.from(passing.flatMap(({ boxXyxy }) => boxXyxy)), scores, boxNmsThresh)
      : maskNms(
          passing.map(({ runsColumnMajor }) => ({ width, height, runsColumnMajor })),
          scores,
          boxNmsThresh,
        );
  return kept.map((index) => passing[index]);
}

/**
 * Average recall (IoU 0.5 to 0.95) of all human segments, each person's by themselves: a mask may serve several people.
 */
export function outcomeOf(images: readonly CalibrationImage[], thresholds: Thresholds): Outcome {
  const judged = images.map(({ segments, proposed }): JudgedImage => {
    const { width, height } = proposed;
    const kept = keptOf(proposed, thresholds);
    return {
      foundMasks: kept.map(({ runsColumnMajor }) => ({ width, height, runsColumnMajor })),
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

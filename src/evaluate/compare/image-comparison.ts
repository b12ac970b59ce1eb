import { imageResultOfSa1b } from '../../formats/sa1b/read.js';
import type { ImageResult } from '../../sam/found-mask.js';
import { recordProblem } from '../record-problem.js';
import { matchedMasks } from './matched-masks.js';

/** A record of the same image from each run. */
export interface ImagePair {
  readonly image: string;
  readonly a: { readonly text: string; readonly file: string };
  readonly b: { readonly text: string; readonly file: string };
  /** IoU from which two masks are the same. */
  readonly minIou: number;
}

/** How two runs agree about one image. Names are those of the command's JSON. */
export interface ImageComparison {
  readonly image: string;
  /** Masks of each run. */
  readonly a_masks: number;
  readonly b_masks: number;
  /** Pairs of the same mask. */
  readonly matched: number;
  /** Sum of the IoU of the pairs. */
  readonly iou_sum: number;
  /** Sum and largest of the absolute differences of the pairs. */
  readonly predicted_iou: ScoreDifference;
  readonly stability_score: ScoreDifference;
  /** Sizes of the image in the two runs, where they differ: then no mask is the same. */
  readonly sizes?: readonly [a: string, b: string];
}

/** Absolute differences of a score over pairs of the same mask. */
export interface ScoreDifference {
  readonly sum: number;
  readonly max: number;
}

/** Compares what two runs found in an image. @throws SamError `bad-run-folder` for a record that is none. */
export function imageComparisonOf({ image, a, b, minIou }: ImagePair): ImageComparison {
  const first = recordProblem(a.file, () => imageResultOfSa1b(a));
  const second = recordProblem(b.file, () => imageResultOfSa1b(b));
  return comparisonOf(image, first, second, minIou);
}

function comparisonOf(image: string, a: ImageResult, b: ImageResult, minIou: number): ImageComparison {
  const sizes = [sizeOf(a), sizeOf(b)] as const;
  const areOneSize = sizes[0] === sizes[1];
  const pairs = areOneSize ? matchedMasks(a.masks, b.masks, minIou) : [];
  const differencesOf = (score: 'predictedIou' | 'stabilityScore') =>
    scoreDifferenceOf(pairs.map((pair) => Math.abs(a.masks[pair.a][score] - b.masks[pair.b][score])));
  return {
    image,
    a_masks: a.masks.length,
    b_masks: b.masks.length,
    matched: pairs.length,
    iou_sum: pairs.reduce((sum, { iou }) => sum + iou, 0),
    predicted_iou: differencesOf('predictedIou'),
    stability_score: differencesOf('stabilityScore'),
    ...(!areOneSize && { sizes }),
  };
}

function sizeOf({ width, height }: ImageResult): string {
  return `${width} x ${height}`;
}

function scoreDifferenceOf(differences: readonly number[]): ScoreDifference {
  return { sum: differences.reduce((sum, each) => sum + each, 0), max: Math.max(0, ...differences) };
}

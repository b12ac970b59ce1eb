import type { ImageComparison, ScoreDifference } from './image-comparison.js';

/** Mean and largest absolute difference of a score over all pairs; 0 without pairs. */
export interface ScoreAgreement {
  readonly mean_difference: number;
  readonly max_difference: number;
}

/** Counts of images or of one, and what follows of them. */
interface Counts {
  readonly a_masks: number;
  readonly b_masks: number;
  readonly matched: number;
  /** Share of each run's masks that have a match, 0 to 1; 1 when it has none. */
  readonly a_matched: number;
  readonly b_matched: number;
  /** Over the pairs; null without any. */
  readonly mean_iou: number | null;
  readonly predicted_iou: ScoreAgreement;
  readonly stability_score: ScoreAgreement;
}

/** How two runs agree about one image. */
export interface ImageReport extends Counts {
  readonly image: string;
  /** Sizes of the image in the two runs, where they differ. */
  readonly sizes?: readonly [a: string, b: string];
}

/** How two runs agree. Names are those of the command's JSON. */
export interface ComparisonReport extends Counts {
  readonly a: string;
  readonly b: string;
  readonly iou: number;
  readonly min_match: number;
  /** Whether enough masks of both have a match and no image is missing. */
  readonly passed: boolean;
  /** Images that both runs have. */
  readonly images: number;
  readonly missing_in_a: readonly string[];
  readonly missing_in_b: readonly string[];
  /** The image with the smallest share of matched masks; null when no image has a mask without a match. */
  readonly worst: ImageReport | null;
  readonly per_image: readonly ImageReport[];
}

/** What a report is about, besides the images that both runs have. */
export interface Compared {
  readonly a: string;
  readonly b: string;
  readonly minIou: number;
  readonly minMatch: number;
  readonly missingInA: readonly string[];
  readonly missingInB: readonly string[];
}

/** The report of all images. */
export function comparisonReportOf(comparisons: readonly ImageComparison[], compared: Compared): ComparisonReport {
  const { a, b, minIou, minMatch, missingInA, missingInB } = compared;
  const perImage = comparisons.map(
    (each): ImageReport => ({ image: each.image, ...countsOf([each]), ...(each.sizes && { sizes: each.sizes }) }),
  );
  const counts = countsOf(comparisons);
  const isComplete = missingInA.length + missingInB.length === 0;
  return {
    a,
    b,
    iou: minIou,
    min_match: minMatch,
    passed: isComplete && counts.a_matched >= minMatch && counts.b_matched >= minMatch,
    images: comparisons.length,
    ...counts,
    missing_in_a: missingInA,
    missing_in_b: missingInB,
    worst: worstOf(perImage),
    per_image: perImage,
  };
}

/** The image with the smallest share of matched masks, then the smallest mean IoU. */
function worstOf(images: readonly ImageReport[]): ImageReport | null {
  let worst: ImageReport | null = null;
  for (const image of images) {
    if (matchedShareOf(image) === 1) continue;
    if (!worst || matchedShareOf(image) < matchedShareOf(worst)) worst = image;
  }
  return worst;
}

/** Share of the masks of both runs together that have a match. */
export function matchedShareOf({ a_masks, b_masks, matched }: Counts): number {
  return a_masks + b_masks > 0 ? (2 * matched) / (a_masks + b_masks) : 1;
}

function countsOf(images: readonly ImageComparison[]): Counts {
  const sumOf = (numberOf: (image: ImageComparison) => number) => images.reduce((sum, each) => sum + numberOf(each), 0);
  const aMasks = sumOf((image) => image.a_masks);
  const bMasks = sumOf((image) => image.b_masks);
  const matched = sumOf((image) => image.matched);
  const agreementOf = (scoreOf: (image: ImageComparison) => ScoreDifference): ScoreAgreement => ({
    mean_difference: matched > 0 ? sumOf((image) => scoreOf(image).sum) / matched : 0,
    max_difference: images.reduce((max, image) => Math.max(max, scoreOf(image).max), 0),
  });
  return {
    a_masks: aMasks,
    b_masks: bMasks,
    matched,
    a_matched: aMasks > 0 ? matched / aMasks : 1,
    b_matched: bMasks > 0 ? matched / bMasks : 1,
    mean_iou: matched > 0 ? sumOf((image) => image.iou_sum) / matched : null,
    predicted_iou: agreementOf((image) => image.predicted_iou),
    stability_score: agreementOf((image) => image.stability_score),
  };
}

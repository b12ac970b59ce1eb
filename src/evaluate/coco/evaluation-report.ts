import { type ApArGrid, apArGridOf, recallOf } from './accumulate.js';
import type { ImageEvaluation, KindMatches, ScoreName } from './image-evaluation.js';
import type { GroupMatches } from './match-group.js';
import { IOU_THRESHES, MAX_MASKS, MAX_MASKS_NAMES, type MaxMasksName } from './params.js';

/** AP and AR of masks, or of boxes. */
export interface KindReport {
  /** Classes do not count. */
  readonly class_agnostic: ApArGrid;
  /** Mean over the classes; null where the masks have none. */
  readonly by_category: ApArGrid | null;
}

/** One image. */
export interface ImageScores {
  readonly image: string;
  readonly masks: number;
  readonly segments: number;
  /** Mean over its objects; null without any. */
  readonly mean_best_iou: number | null;
  readonly boundary_f: number | null;
  /** Of all its masks, class-agnostic. */
  readonly recall_50: number | null;
  readonly recall_75: number | null;
  readonly average_recall: number | null;
}

/** Lines for a drawing. */
export interface RecallCurves {
  /** Recall of each number of masks at the IoU thresholds. */
  readonly iou: readonly number[];
  readonly recall_by_iou: Readonly<Record<MaxMasksName, readonly number[]>>;
  /** Average recall by the number of masks of an image that count. */
  readonly max_masks: readonly number[];
  readonly average_recall_by_max_masks: readonly number[];
}

/** What a run is worth against a ground truth. Names are those of the command's JSON. */
export interface EvaluationReport {
  readonly run: string;
  readonly gt: string;
  readonly score: ScoreName;
  /** Images of the ground truth. */
  readonly images: number;
  /** Those that the run has no record of: nothing is found in them. */
  readonly images_without_record: readonly string[];
  /** Images of the run that the ground truth does not have: they count for nothing. */
  readonly images_without_gt: number;
  readonly masks: number;
  /** Objects that are no crowds. */
  readonly segments: number;
  /** Means over all objects; null without any. */
  readonly mean_best_iou: number | null;
  readonly boundary_f: number | null;
  readonly mask: KindReport;
  readonly box: KindReport;
  readonly curves: RecallCurves;
  readonly per_image: readonly ImageScores[];
}

/** What a report is about, besides its images. */
export type EvaluationSubject = Pick<
  EvaluationReport,
  'run' | 'gt' | 'score' | 'images_without_record' | 'images_without_gt'
> & { readonly categoryIds: readonly number[] };

/** Numbers of masks of the curve. */
const CURVE_MASKS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000];

/** The report of all images, in the order of their ids. */
export function evaluationReportOf(
  images: readonly ImageEvaluation[],
  { categoryIds, ...subject }: EvaluationSubject,
): EvaluationReport {
  const hasCategories = images.some((image) => image.hasCategories);
  const kindReportOf = (kindOf: (image: ImageEvaluation) => KindMatches): KindReport => ({
    class_agnostic: apArGridOf([images.map((image) => kindOf(image).agnostic)]),
    by_category: hasCategories ? apArGridOf(categoryIds.map((id) => groupsOf(images.map(kindOf), id))) : null,
  });
  return {
    ...subject,
    images: images.length,
    masks: images.reduce((sum, image) => sum + image.masks, 0),
    segments: images.reduce((sum, image) => sum + image.segments, 0),
    mean_best_iou: meanOf(images.flatMap((image) => image.bestIous)),
    boundary_f: meanOf(images.flatMap((image) => image.boundaryFs)),
    mask: kindReportOf((image) => image.mask),
    box: kindReportOf((image) => image.box),
    curves: curvesOf(images.map((image) => image.mask.agnostic)),
    per_image: images.map(scoresOf),
  };
}

/** The matches of a class in all images that have it. */
function groupsOf(images: readonly KindMatches[], categoryId: number): GroupMatches[] {
  return images.flatMap(({ byCategory }) =>
    byCategory.filter((each) => each.categoryId === categoryId).map(({ matches }) => matches),
  );
}

function scoresOf({ image, masks, segments, bestIous, boundaryFs, mask }: ImageEvaluation): ImageScores {
  const recall = recallOf([mask.agnostic], 'all', Number.POSITIVE_INFINITY);
  return {
    image,
    masks,
    segments,
    mean_best_iou: meanOf(bestIous),
    boundary_f: meanOf(boundaryFs),
    recall_50: recall?.[0] ?? null,
    recall_75: recall?.[5] ?? null,
    average_recall: recall && meanOf(recall),
  };
}

function curvesOf(groups: readonly GroupMatches[]): RecallCurves {
  const recallAt = (maxMasks: number) => recallOf(groups, 'all', maxMasks) ?? [];
  const byIou = MAX_MASKS_NAMES.map((name) => [name, recallAt(MAX_MASKS[name])] as const);
  return {
    iou: IOU_THRESHES,
    recall_by_iou: Object.fromEntries(byIou) as Record<MaxMasksName, number[]>,
    max_masks: CURVE_MASKS,
    average_recall_by_max_masks: CURVE_MASKS.map((maxMasks) => meanOf(recallAt(maxMasks)) ?? 0),
  };
}

function meanOf(values: readonly number[]): number | null {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

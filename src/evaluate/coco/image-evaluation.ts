import { SamError } from '../../errors.js';
import { type TruthImage, type TruthSegment, truthSegmentOf } from '../../formats/coco/read-ground-truth.js';
import { imageResultOfSa1b } from '../../formats/sa1b/read.js';
import { type MeasuredMask, maskIouAbove, measuredMask } from '../../mask/runs/mask-iou.js';
import { intersectionAreaAbove } from '../../mask/runs/run-set-operations.js';
import type { FoundMask } from '../../sam/found-mask.js';
import { classOf } from '../../sam/mask-class.js';
import { recordProblem } from '../record-problem.js';
import { boundaryF } from './boundary-f.js';
import { type GroupMatches, matchedGroup } from './match-group.js';

/** What ranks the masks of an image. */
export const SCORE_NAMES = ['predicted_iou', 'stability_score', 'score'] as const;

/** One of {@link SCORE_NAMES}; `score` is that of its words, or of the prompt, such as a detector's confidence. */
export type ScoreName = (typeof SCORE_NAMES)[number];

/** An image to be evaluated: plain data. */
export interface EvaluationTask {
  readonly truth: TruthImage;
  /** The run's record of it; none where the run has no such image. */
  readonly record?: { readonly text: string; readonly file: string };
  readonly score: ScoreName;
  /** Classes of the ground truth, ascending. */
  readonly categoryIds: readonly number[];
}

/** The matches of an image where classes do not count, and in each class. */
export interface KindMatches {
  readonly agnostic: GroupMatches;
  /** In the order of the classes; those with neither masks nor objects are left out. None where the masks have no classes. */
  readonly byCategory: readonly { readonly categoryId: number; readonly matches: GroupMatches }[];
}

/** What an image's masks are worth. */
export interface ImageEvaluation {
  readonly image: string;
  readonly masks: number;
  /** Objects that are no crowds. */
  readonly segments: number;
  readonly hasCategories: boolean;
  readonly mask: KindMatches;
  readonly box: KindMatches;
  /** For each object that is no crowd the largest IoU with a mask, and the boundary F-measure of that mask. */
  readonly bestIous: readonly number[];
  readonly boundaryFs: readonly number[];
}

/** A found mask as far as it is evaluated. */
interface Found {
  readonly found: FoundMask;
  readonly score: number;
  readonly categoryId: number | undefined;
  readonly boxXywh: Xywh;
}

type Xywh = readonly [x: number, y: number, w: number, h: number];

/** An object and its mask, measured once for all comparisons. */
interface Wanted extends TruthSegment {
  readonly measured: MeasuredMask;
}

/** How masks, or boxes, are compared. */
interface Kind {
  areaOf(found: Found): number;
  iouOf(found: Found, truth: Wanted): number;
}

const MASK: Kind = {
  areaOf: ({ found }) => found.area,
  iouOf({ found }, truth) {
    if (!truth.isCrowd) return maskIouAbove(found, truth.measured, 0);
    if (found.area === 0) return 0;
    return intersectionAreaAbove(found.mask, truth.mask, found.area, truth.measured.area, 0) / found.area;
  },
};

const BOX: Kind = {
  areaOf: ({ boxXywh: [, , w, h] }) => w * h,
  iouOf: ({ boxXywh }, truth) => boxIou(boxXywh, truth.boxXywh, truth.isCrowd),
};

/** Intersection over union of two boxes, over the first box with a crowd, as bbIou of pycocotools (common/maskApi.c) has it. */
function boxIou(a: Xywh, b: Xywh, isCrowd: boolean): number {
  const width = Math.min(a[2] + a[0], b[2] + b[0]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3] + a[1], b[3] + b[1]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  return intersection / (isCrowd ? a[2] * a[3] : a[2] * a[3] + b[2] * b[3] - intersection);
}

/** Evaluates the masks of an image. @throws SamError `bad-run-folder`, `bad-usage` when a mask lacks what ranks it. */
export function imageEvaluationOf({ truth, record, score, categoryIds }: EvaluationTask): ImageEvaluation {
  const segments = truth.annotations.map((annotation): Wanted => {
    const segment = truthSegmentOf(annotation, truth);
    return { ...segment, measured: measuredMask(segment.mask) };
  });
  const masks = record ? foundIn(record, truth, score) : [];
  const objects = segments.filter(({ isCrowd }) => !isCrowd);
  const best = objects.map((object) => bestOf(masks, object));
  const order = [undefined, ...categoryIds];
  // where classes do not count COCOeval takes them one after the other all the same, which decides ties
  const ordered = <T extends { readonly categoryId: number | undefined }>(items: readonly T[]) =>
    [...items].sort((a, b) => order.indexOf(a.categoryId) - order.indexOf(b.categoryId));
  const [orderedMasks, orderedSegments] = [ordered(masks), ordered(segments)];
  const hasCategories = masks.some(({ categoryId }) => categoryId !== undefined);
  const matchesOf = (kind: Kind): KindMatches => ({
    agnostic: matchesOfKind(kind, orderedMasks, orderedSegments),
    byCategory: categoryIds.flatMap((categoryId) => {
      const ofCategory = <T extends { readonly categoryId: number | undefined }>(items: readonly T[]) =>
        items.filter((item) => item.categoryId === categoryId);
      const [found, wanted] = [ofCategory(masks), ofCategory(segments)];
      if (found.length + wanted.length === 0) return [];
      return [{ categoryId, matches: matchesOfKind(kind, found, wanted) }];
    }),
  });
  return {
    image: truth.fileName,
    masks: masks.length,
    segments: objects.length,
    hasCategories,
    mask: matchesOf(MASK),
    box: matchesOf(BOX),
    bestIous: best.map(({ iou }) => iou),
    boundaryFs: best.map(({ found }, i) => (found ? boundaryF(found.found.mask, objects[i].mask) : 0)),
  };
}

function foundIn(record: { text: string; file: string }, truth: TruthImage, scoreName: ScoreName): Found[] {
  const { width, height, masks } = recordProblem(record.file, () => imageResultOfSa1b(record));
  if (width !== truth.width || height !== truth.height) {
    throw new SamError(
      'bad-usage',
      `Expected ${truth.fileName} to be ${width} x ${height} as in ${record.file} but it is ${truth.width} x ${truth.height} in --gt`,
      'The ground truth is of another size of the image.',
    );
  }
  return masks.map((found, i) => {
    const score = scoreOf(found, scoreName);
    if (score === undefined) {
      throw new SamError('bad-usage', `Expected a ${scoreName} for mask ${i + 1} of ${record.file} but it has none`);
    }
    return { found, score, categoryId: classOf(found).categoryId, boxXywh: boxOf(found) };
  });
}

function scoreOf(found: FoundMask, name: ScoreName): number | undefined {
  if (name === 'predicted_iou') return found.predictedIou;
  return name === 'stability_score' ? found.stabilityScore : classOf(found).score;
}

/** Where a single pixel has a width of 1, as COCO counts; zeros for an empty mask. */
function boxOf({ area, boxXyxy: [x0, y0, x1, y1] }: FoundMask): Xywh {
  return area > 0 ? [x0, y0, x1 - x0 + 1, y1 - y0 + 1] : [0, 0, 0, 0];
}

function matchesOfKind(kind: Kind, masks: readonly Found[], segments: readonly Wanted[]): GroupMatches {
  return matchedGroup(
    masks.map((found) => ({ score: found.score, area: kind.areaOf(found) })),
    segments,
    (mask, segment) => kind.iouOf(masks[mask], segments[segment]),
  );
}

/** The mask that overlaps an object most. */
function bestOf(masks: readonly Found[], { measured }: Wanted): { found: Found | undefined; iou: number } {
  let best: Found | undefined;
  let iou = 0;
  for (const found of masks) {
    const its = maskIouAbove(found.found, measured, iou);
    if (its > iou) [best, iou] = [found, its];
  }
  return { found: best, iou };
}

/**
 * How many of the segments that people drew a set of masks finds: average recall, as COCO's evaluation has it.
 *
 * Follows COCOeval of pycocotools with `useCats = 0`, one area range and `maxDets` as large as wanted. Segments marked as
 * crowds count for nothing there, so leave them out.
 *
 * @module
 */

import type { HumanSegment } from '../../src/calibrate/found-segments.js';
import { IOU_THRESHES } from '../../src/evaluate/coco/params.js';
import { maskIouAbove, measuredMask } from '../../src/mask/runs/mask-iou.js';
import { rankedByScore } from '../../src/mask/runs/mask-nms.js';
import type { MaskRuns } from '../../src/mask/runs/mask-runs.js';

/** What was found in an image and what people drew there, all in one size. */
export interface JudgedImage {
  readonly foundMasks: readonly MaskRuns[];
  /** One a found mask: the better one chooses its segment first. */
  readonly scores: ArrayLike<number>;
  readonly segments: readonly HumanSegment[];
}

/** Options of {@link averageRecallOf}. */
export interface AverageRecallOptions {
  /**
   * Which segments compete for masks; a mask finds one segment at most among them.
   * - `annotator`: those of one person, as if each had an image of their own. Where several people drew the same object,
   *   one good mask finds it for all of them. With segments that do not overlap, as one person's mostly do not, a segment
   *   is found exactly when any mask overlaps it enough.
   * - `image`: all of an image, COCOeval's own way. Where five people drew an object it takes five masks.
   *
   * @default 'annotator'
   */
  readonly competeWithin?: 'annotator' | 'image';
  /** Only the best-scored masks of each image count, this many. @default all */
  readonly maxMasks?: number;
}

/** Recall of all segments of all images. */
export interface AverageRecall {
  /** Mean of `recallByIouThresh`, 0 to 1; NaN without segments. */
  readonly averageRecall: number;
  /** Share of the segments found at each of {@link IOU_THRESHES}. */
  readonly recallByIouThresh: number[];
  readonly segmentCount: number;
  /** Masks that took part, of all images. */
  readonly maskCount: number;
}

/** Below any threshold, so that pairs that cannot match need not be compared run by run. */
const TOO_LITTLE = 0.49;

/** The average recall of found masks over images, every segment counting the same. */
export function averageRecallOf(
  images: readonly JudgedImage[],
  { competeWithin = 'annotator', maxMasks = Number.POSITIVE_INFINITY }: AverageRecallOptions = {},
): AverageRecall {
  const foundByThresh = IOU_THRESHES.map(() => 0);
  let segmentCount = 0;
  let maskCount = 0;
  for (const { foundMasks, scores, segments } of images) {
    const ranked = rankedByScore(scores).slice(0, maxMasks);
    const masks = ranked.map((index) => measuredMask(foundMasks[index]));
    segmentCount += segments.length;
    maskCount += masks.length;
    for (const group of competeWithin === 'image' ? [segments] : segmentsByAnnotator(segments)) {
      const measured = group.map((segment) => measuredMask(segment.mask));
      const iousByMask = masks.map((mask) => measured.map((segment) => maskIouAbove(mask, segment, TOO_LITTLE)));
      IOU_THRESHES.forEach((thresh, at) => {
        foundByThresh[at] += matchedSegmentCount(iousByMask, group.length, thresh);
      });
    }
  }
  const recallByIouThresh = foundByThresh.map((found) => found / segmentCount);
  const averageRecall = recallByIouThresh.reduce((sum, recall) => sum + recall, 0) / IOU_THRESHES.length;
  return { averageRecall, recallByIouThresh, segmentCount, maskCount };
}

/** How many segments find a mask when the masks, best first, each take the free segment they overlap most. */
function matchedSegmentCount(iousByMask: readonly number[][], segmentCount: number, thresh: number): number {
  const taken = new Array<boolean>(segmentCount).fill(false);
  let matched = 0;
  for (const ious of iousByMask) {
    let best = -1;
    for (let segment = 0; segment < segmentCount; segment++) {
      const enough = best < 0 ? thresh : ious[best];
      // the last of equals wins, as in COCOeval
      if (!taken[segment] && ious[segment] >= enough) best = segment;
    }
    if (best < 0) continue;
    taken[best] = true;
    matched++;
  }
  return matched;
}

function segmentsByAnnotator(segments: readonly HumanSegment[]): HumanSegment[][] {
  const groups = new Map<number | string | undefined, HumanSegment[]>();
  for (const segment of segments) {
    const group = groups.get(segment.annotator);
    if (group) group.push(segment);
    else groups.set(segment.annotator, [segment]);
  }
  return [...groups.values()];
}

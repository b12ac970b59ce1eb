/**
 * Which masks of an image find which objects. Follows computeIoU and evaluateImg of pycocotools' COCOeval (cocoeval.py).
 *
 * @module
 */

import { AREA_NAMES, AREA_RANGES, IOU_THRESHES } from './params.js';

/** A detected mask or box, for matching. */
export interface Detection {
  readonly score: number;
  /** Pixels. */
  readonly area: number;
}

/** An object to be found, for matching. */
export interface Truth {
  readonly isCrowd: boolean;
  /** Pixels. */
  readonly area: number;
}

/**
 * Detections of one image (and one class), best first, and which of them count as right or as neither.
 * Bit t of a number is about threshold t of {@link IOU_THRESHES}.
 */
export interface GroupMatches {
  readonly scores: Float64Array;
  /** For each area range (in the order of `AREA_NAMES`) one number a detection: where it found an object. */
  readonly matched: readonly Uint16Array[];
  /** Where it is neither right nor wrong: a crowd, or out of the area range. */
  readonly ignored: readonly Uint16Array[];
  /** Objects to be found, for each area range. */
  readonly truthCounts: readonly number[];
}

/** An IoU is never asked to be more than this. */
const MOST_IOU = 1 - 1e-10;

/**
 * Matches the detections of one image with its objects: the better scored one chooses first, by IoU.
 *
 * @param iouOf - Of a detection and an object by their indices; with a crowd, the share of the detection that lies in it.
 */
export function matchedGroup(
  detections: readonly Detection[],
  truths: readonly Truth[],
  iouOf: (detection: number, truth: number) => number,
): GroupMatches {
  const ranked = detections.map((_, i) => i).sort((a, b) => detections[b].score - detections[a].score || a - b);
  const ious = ranked.map((detection) => Float64Array.from(truths, (_, truth) => iouOf(detection, truth)));
  const areas = ranked.map((detection) => detections[detection].area);
  const byArea = AREA_NAMES.map((name) => matchedInRange(areas, truths, ious, AREA_RANGES[name]));
  return {
    scores: Float64Array.from(ranked, (detection) => detections[detection].score),
    matched: byArea.map(({ matched }) => matched),
    ignored: byArea.map(({ ignored }) => ignored),
    truthCounts: byArea.map(({ truthCount }) => truthCount),
  };
}

function matchedInRange(
  areas: readonly number[],
  truths: readonly Truth[],
  ious: readonly Float64Array[],
  [least, most]: readonly [number, number],
) {
  const isOut = (area: number) => area < least || area > most;
  const isIgnored = truths.map((truth) => truth.isCrowd || isOut(truth.area));
  // objects that count come first
  const order = truths.map((_, i) => i).sort((a, b) => Number(isIgnored[a]) - Number(isIgnored[b]) || a - b);
  const matched = new Uint16Array(areas.length);
  const ignored = new Uint16Array(areas.length);
  for (const [at, thresh] of IOU_THRESHES.entries()) {
    const taken = new Uint8Array(truths.length);
    for (let detection = 0; detection < areas.length; detection++) {
      const truth = bestTruth(ious[detection], { order, taken, truths, isIgnored }, Math.min(thresh, MOST_IOU));
      if (truth >= 0) {
        taken[truth] = 1;
        matched[detection] |= 1 << at;
      }
      if (truth >= 0 ? isIgnored[truth] : isOut(areas[detection])) ignored[detection] |= 1 << at;
    }
  }
  return { matched, ignored, truthCount: isIgnored.filter((each) => !each).length };
}

interface FreeTruths {
  readonly order: readonly number[];
  readonly taken: Uint8Array;
  readonly truths: readonly Truth[];
  readonly isIgnored: readonly boolean[];
}

/** The free object that a detection overlaps most, one that counts before any that does not; -1 for none. The last of equals wins. */
function bestTruth(ious: Float64Array, { order, taken, truths, isIgnored }: FreeTruths, thresh: number): number {
  let best = -1;
  let enough = thresh;
  for (const truth of order) {
    // a crowd can be found again and again
    if (taken[truth] && !truths[truth].isCrowd) continue;
    if (best >= 0 && !isIgnored[best] && isIgnored[truth]) break;
    if (ious[truth] < enough) continue;
    enough = ious[truth];
    best = truth;
  }
  return best;
}

/**
 * Precision and recall over all images. Follows accumulate and summarize of pycocotools' COCOeval (cocoeval.py).
 *
 * @module
 */

import type { GroupMatches } from './match-group.js';
import {
  AREA_NAMES,
  type AreaName,
  IOU_THRESHES,
  MAX_MASKS,
  MAX_MASKS_NAMES,
  type MaxMasksName,
  RECALL_THRESHES,
} from './params.js';

/** Average precision and average recall; null where there is nothing to be found. */
export interface ApAr {
  /** Mean of the precision over {@link RECALL_THRESHES}, IoU 0.5 to 0.95 and classes. */
  readonly ap: number | null;
  /** The same at an IoU of 0.5 and of 0.75. */
  readonly ap50: number | null;
  readonly ap75: number | null;
  /** Mean of the recall over IoU 0.5 to 0.95 and classes. */
  readonly ar: number | null;
}

/** For each area range and each number of masks that count. */
export type ApArGrid = Readonly<Record<AreaName, Readonly<Record<MaxMasksName, ApAr>>>>;

/** What NumPy calls spacing(1): keeps 0 / 0 from being none. */
const SPACING = 2 ** -52;

/** Recall and precision of one class, one area range and one number of masks. */
interface Curves {
  /** For each IoU threshold. */
  readonly recall: number[];
  /** For each IoU threshold the mean precision over {@link RECALL_THRESHES}. */
  readonly precision: number[];
}

/**
 * AP and AR of all images.
 *
 * @param classes - For each class the matches of all images, in the order of the images; one entry where classes do not count.
 */
export function apArGridOf(classes: readonly (readonly GroupMatches[])[]): ApArGrid {
  const grid: Partial<Record<AreaName, Readonly<Record<MaxMasksName, ApAr>>>> = {};
  const byMaxMasks = MAX_MASKS_NAMES.map((name) => classes.map((groups) => rankedOf(groups, MAX_MASKS[name])));
  for (const [area, areaName] of AREA_NAMES.entries()) {
    const row: Partial<Record<MaxMasksName, ApAr>> = {};
    for (const [i, name] of MAX_MASKS_NAMES.entries()) {
      row[name] = apArOf(byMaxMasks[i].flatMap((ranked) => curvesOf(ranked, area) ?? []));
    }
    grid[areaName] = row as Readonly<Record<MaxMasksName, ApAr>>;
  }
  return grid as ApArGrid;
}

/**
 * Recall at each of {@link IOU_THRESHES}, all objects of an area range counting the same; null where there are none.
 *
 * @param maxMasks - How many of an image's best masks count.
 */
export function recallOf(groups: readonly GroupMatches[], area: AreaName, maxMasks: number): number[] | null {
  return curvesOf(rankedOf(groups, maxMasks), AREA_NAMES.indexOf(area))?.recall ?? null;
}

/** The detections of all images that count, the best score first. */
interface Ranked {
  readonly groups: readonly GroupMatches[];
  /** Group and place in it of each. */
  readonly groupOf: Uint32Array;
  readonly placeOf: Uint32Array;
}

function rankedOf(groups: readonly GroupMatches[], maxMasks: number): Ranked {
  const counts = groups.map(({ scores }) => Math.min(scores.length, maxMasks));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const groupAt = new Uint32Array(total);
  const placeAt = new Uint32Array(total);
  const scores = new Float64Array(total);
  let at = 0;
  for (const [group, count] of counts.entries()) {
    for (let place = 0; place < count; place++, at++) {
      groupAt[at] = group;
      placeAt[at] = place;
      scores[at] = groups[group].scores[place];
    }
  }
  const order = new Uint32Array(total).map((_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
  return { groups, groupOf: order.map((i) => groupAt[i]), placeOf: order.map((i) => placeAt[i]) };
}

function curvesOf({ groups, groupOf, placeOf }: Ranked, area: number): Curves | undefined {
  const truthCount = groups.reduce((sum, group) => sum + group.truthCounts[area], 0);
  if (truthCount === 0) return undefined;
  const count = groupOf.length;
  const matched = Uint16Array.from(groupOf, (group, i) => groups[group].matched[area][placeOf[i]]);
  const ignored = Uint16Array.from(groupOf, (group, i) => groups[group].ignored[area][placeOf[i]]);
  const recalls = new Float64Array(count);
  const precisions = new Float64Array(count);
  const curves: Curves = { recall: [], precision: [] };
  for (let thresh = 0; thresh < IOU_THRESHES.length; thresh++) {
    let right = 0;
    let wrong = 0;
    for (let i = 0; i < count; i++) {
      if (((ignored[i] >> thresh) & 1) === 0) {
        if ((matched[i] >> thresh) & 1) right++;
        else wrong++;
      }
      recalls[i] = right / truthCount;
      precisions[i] = right / (right + wrong + SPACING);
    }
    for (let i = count - 1; i > 0; i--) if (precisions[i] > precisions[i - 1]) precisions[i - 1] = precisions[i];
    curves.recall.push(right / truthCount);
    curves.precision.push(meanPrecision(recalls, precisions));
  }
  return curves;
}

/** Mean of the precision at which each recall is first reached; 0 for a recall that is not. */
function meanPrecision(recalls: Float64Array, precisions: Float64Array): number {
  let sum = 0;
  let at = 0;
  for (const recall of RECALL_THRESHES) {
    while (at < recalls.length && recalls[at] < recall) at++;
    if (at === recalls.length) break;
    sum += precisions[at];
  }
  return sum / RECALL_THRESHES.length;
}

function apArOf(classes: readonly Curves[]): ApAr {
  if (classes.length === 0) return { ap: null, ap50: null, ap75: null, ar: null };
  return {
    ap: meanOf(classes.flatMap(({ precision }) => precision)),
    ap50: meanOf(classes.map(({ precision }) => precision[0])),
    ap75: meanOf(classes.map(({ precision }) => precision[5])),
    ar: meanOf(classes.flatMap(({ recall }) => recall)),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

import { IOU_THRESHES } from '../evaluate/coco/params.js';
import { type MeasuredMask, maskIouAbove, measuredMask } from '../mask/runs/mask-iou.js';
import type { MaskRuns } from '../mask/runs/mask-runs.js';

/** A segment that a person drew. */
export interface HumanSegment {
  readonly mask: MaskRuns;
  /** Who drew it. @default everything was drawn by one person */
  readonly annotator?: number | string;
}

/** Below any threshold. */
const TOO_LITTLE = 0.49;

/** A segment that a mask overlaps enough to find it at some threshold. */
interface Overlap {
  readonly segment: number;
  readonly iou: number;
}

/**
 * Counts the segments that lists of an image's masks find, each person's by themselves, as `averageRecallOf` does; the masks of a list choose
 * in its order.
 */
export class FoundSegments {
  /** Of each mask, by the people who drew the segments. */
  readonly #overlaps: readonly (readonly (readonly Overlap[])[])[];
  readonly #segmentCount: number;

  constructor(
    masks: readonly MeasuredMask[],
    segments: readonly (Pick<HumanSegment, 'mask'> & { annotator: unknown })[],
  ) {
    this.#segmentCount = segments.length;
    const annotators = [...new Set(segments.map(({ annotator }) => annotator))];
    const measured = segments.map(({ mask }) => measuredMask(mask));
    const groups = annotators.map((annotator) =>
      segments.flatMap((each, i) => (each.annotator === annotator ? i : [])),
    );
    this.#overlaps = masks.map((mask) =>
      groups
        .map((group) =>
          group.flatMap((segment): Overlap | [] => {
            const iou = maskIouAbove(mask, measured[segment], TOO_LITTLE);
            return iou > 0 ? { segment, iou } : [];
          }),
        )
        .filter((overlaps) => overlaps.length > 0),
    );
  }

  /**
   * What the first masks of a list find.
   *
   * @param indices - The list, best first.
   * @returns for 1 mask, 2 masks, ...: segments found, added up over {@link IOU_THRESHES}.
   */
  foundByPrefix(indices: readonly number[]): Uint32Array {
    const isFound = IOU_THRESHES.map(() => new Uint8Array(this.#segmentCount));
    const counts = new Uint32Array(indices.length);
    let count = 0;
    for (const [place, index] of indices.entries()) {
      for (const overlaps of this.#overlaps[index]) {
        for (const [at, thresh] of IOU_THRESHES.entries()) {
          const best = bestFree(overlaps, isFound[at], thresh);
          if (best === undefined) continue;
          isFound[at][best] = 1;
          count++;
        }
      }
      counts[place] = count;
    }
    return counts;
  }
}

/** The free segment that is overlapped most, and enough; the last of equals, as in COCOeval. */
function bestFree(overlaps: readonly Overlap[], isFound: Uint8Array, thresh: number): number | undefined {
  let best: Overlap | undefined;
  for (const overlap of overlaps) {
    if (!isFound[overlap.segment] && overlap.iou >= (best?.iou ?? thresh)) best = overlap;
  }
  return best?.segment;
}

import { classOf } from '../../sam/mask-class.js';
import type { FailuresByCode } from '../run-folder/journal.js';
import { RunReader } from '../run-reader/run-reader.js';
import { resultsOf } from '../run-reader/run-results.js';
import { runStatusOf } from '../run-reader/run-status.js';
import { type Distribution, Histogram } from './histogram.js';

/** The bins of shares and scores. */
const BINS = 10;
/** Upper ends of the bins of areas, as shares of the image; the usual ones are each about three times the one before. */
const AREA_SHARES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1] as const;
/** The most masks of an image that have a count of their own; medians of larger ones are this. */
const MOST_MASKS = 100_000;

/** What a run made, in numbers. */
export interface RunStats {
  readonly images: number;
  readonly masks: number;
  readonly failed: number;
  readonly failures_by_code: FailuresByCode;
  /** Since the last start; null before an image was done. */
  readonly images_per_hour: number | null;
  readonly masks_per_image: {
    readonly min: number | null;
    readonly median: number | null;
    readonly mean: number | null;
    readonly max: number | null;
    readonly images_without: number;
  };
  /** Of masks, as shares of their images: in bins up to each share. */
  readonly area_share: readonly { readonly up_to: number; readonly count: number }[];
  readonly predicted_iou: Distribution;
  readonly stability_score: Distribution;
  /** Masks of each class; empty where there are none. */
  readonly categories: Readonly<Record<string, number>>;
}

/**
 * Counts what a run made. Goes through all of its results, one in memory at a time.
 *
 * @throws SamError `bad-usage` when there is no run, `bad-run-folder` when a result cannot be read.
 */
export async function runStatsOf(folder: string): Promise<RunStats> {
  const { failed, failures_by_code, images_per_minute } = await runStatusOf(folder);
  const predictedIou = new Histogram(0, 1, BINS);
  const stability = new Histogram(0, 1, BINS);
  const areas = AREA_SHARES.map(() => 0);
  const categories = new Map<string, number>();
  const imagesWith = new Uint32Array(MOST_MASKS + 1);
  let [images, masks] = [0, 0];
  for await (const { result } of resultsOf(await RunReader.open(folder))) {
    images++;
    masks += result.masks.length;
    imagesWith[Math.min(MOST_MASKS, result.masks.length)]++;
    for (const mask of result.masks) {
      predictedIou.add(mask.predictedIou);
      stability.add(mask.stabilityScore);
      const share = mask.area / (result.width * result.height);
      areas[AREA_SHARES.findIndex((upTo) => share <= upTo)]++;
      const { categoryId, category = categoryId?.toString() } = classOf(mask);
      if (category !== undefined) categories.set(category, (categories.get(category) ?? 0) + 1);
    }
  }
  return {
    images,
    masks,
    failed,
    failures_by_code,
    images_per_hour: images_per_minute === null ? null : images_per_minute * 60,
    masks_per_image: {
      ...(images > 0
        ? {
            min: imagesWith.findIndex((count) => count > 0),
            median: medianOf(imagesWith, images),
            mean: masks / images,
            max: imagesWith.findLastIndex((count) => count > 0),
          }
        : { min: null, median: null, mean: null, max: null }),
      images_without: imagesWith[0],
    },
    area_share: AREA_SHARES.map((up_to, i) => ({ up_to, count: areas[i] })),
    predicted_iou: predictedIou.distribution,
    stability_score: stability.distribution,
    categories: Object.fromEntries([...categories].sort(([, a], [, b]) => b - a)),
  };
}

/** The middle of values that were counted; of an even count, the lower of the two in the middle. */
function medianOf(counts: Uint32Array, total: number): number {
  let seen = 0;
  return counts.findIndex((count) => {
    seen += count;
    return 2 * seen >= total;
  });
}

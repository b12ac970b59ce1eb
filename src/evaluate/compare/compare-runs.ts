import { RunRecords } from '../../dataset/run-reader/run-records.js';
import { inThreads, type ThreadOptions } from '../threads/in-threads.js';
import { type ComparisonReport, comparisonReportOf } from './comparison-report.js';
import type { ImageComparison, ImagePair } from './image-comparison.js';

/** Two runs, opened. */
export interface RunPair {
  /** Their folders, as they were named. */
  readonly a: string;
  readonly b: string;
  readonly recordsOfA: RunRecords;
  readonly recordsOfB: RunRecords;
}

/** Options of {@link compareRuns}. */
export interface CompareOptions extends ThreadOptions {
  /** IoU from which two masks are the same, above 0, to 1. */
  readonly minIou: number;
  /** Share of each run's masks that must have a match, 0 to 1. */
  readonly minMatch: number;
}

const WORKER = new URL('./compare-worker.js', import.meta.url);

/**
 * Opens two runs.
 *
 * @param a - Output folder of the first run, or a folder of SA-1B files.
 * @param b - That of the second.
 * @throws SamError `bad-usage` for a folder without records, `bad-run-folder` for a damaged run.
 */
export async function openRunPair(a: string, b: string): Promise<RunPair> {
  const [recordsOfA, recordsOfB] = await Promise.all([RunRecords.open(a, 'A'), RunRecords.open(b, 'B')]);
  return { a, b, recordsOfA, recordsOfB };
}

/**
 * Compares two runs mask by mask. Images are the same when their `file_name` is; masks are matched in worker threads, on runs.
 *
 * @throws SamError `bad-run-folder` for a damaged record.
 */
export async function compareRuns(
  { a, b, recordsOfA: first, recordsOfB: second }: RunPair,
  { minIou, minMatch, ...threads }: CompareOptions,
): Promise<ComparisonReport> {
  const shared = first.images.filter((image) => second.has(image));
  const tasks = shared.map((image) => async (): Promise<ImagePair> => {
    const [recordA, recordB] = await Promise.all([first.textOf(image), second.textOf(image)]);
    return { image, a: recordA, b: recordB, minIou };
  });
  const images: ImageComparison[] = [];
  for await (const comparison of inThreads<ImagePair, ImageComparison>(WORKER, tasks, threads)) {
    images.push(comparison);
  }
  return comparisonReportOf(images, {
    a,
    b,
    minIou,
    minMatch,
    missingInA: second.images.filter((image) => !first.has(image)),
    missingInB: first.images.filter((image) => !second.has(image)),
  });
}

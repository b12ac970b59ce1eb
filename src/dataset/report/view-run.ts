import { basename, resolve } from 'node:path';
import PQueue from 'p-queue';
import { messageOf, SamError } from '../../errors.js';
import { webImagesOf } from '../../image/web-images.js';
import { packageVersion } from '../../package-root.js';
import { DATA_NAMES, imageFileOf, scriptFileOf, thumbnailFileOf } from '../../report/data/file-names.js';
import type { FailureEntry, ImageMasks, ReportHead } from '../../report/data/report-data.js';
import { reportMaskOf } from '../../report/files/report-mask.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { resolvedLocation } from '../../storage/open-storage.js';
import { isS3Address } from '../../storage/s3/s3-address.js';
import { filteredResult, type MaskFilter } from '../export/mask-filter.js';
import { RunImages } from '../export/run-image.js';
import { journalLines } from '../run-folder/journal-lines.js';
import { RunReader } from '../run-reader/run-reader.js';
import { type RunResult, resultsOf } from '../run-reader/run-results.js';
import { runStatusOf } from '../run-reader/run-status.js';
import { ReportCounts } from './report-counts.js';
import { ReportFolder } from './report-folder.js';
import { runDetailsOf } from './run-details.js';

/** Longest side of images in a report, in pixels. */
export const DEFAULT_MAX_SIDE = 1600;
/** Where the report of a run is, below its folder, when nobody names another place. */
const REPORT_FOLDER = '_report';
/** Of each file of images or failures. */
const [IMAGES_PER_CHUNK, FAILURES_PER_CHUNK] = [500, 500];
/** Images that are made smaller at the same time. */
const AT_ONCE = 3;

/** Options of {@link viewRun}. */
export interface ViewOptions {
  /** Output folder of the run. */
  readonly folder: string;
  /** Folder of the report, of this machine. @default `_report` below that of the run */
  readonly out?: string;
  /** The folder that the images are in now. @default each where the run found it */
  readonly images?: string;
  /** @default all masks */
  readonly filter?: MaskFilter;
  /** Longest side of images in the report, in pixels, at least 1; masks keep all of theirs. @default 1600 */
  readonly maxSide?: number;
  /** Once aborted, what was written is removed. */
  readonly signal?: AbortSignal;
  /** Told of each image that is in the report, how many those are and how many there will be. */
  readonly onProgress?: (done: { readonly images: number; readonly masks: number; readonly total: number }) => void;
}

/** What {@link viewRun} wrote. */
export interface ViewReport {
  /** The page to open. */
  readonly page: string;
  readonly images: number;
  readonly masks: number;
  /** Masks that the filter left out. */
  readonly left_out: number;
  /** Images that the run could not do. */
  readonly failed: number;
  /** Images whose masks stand on a plain ground, because their file could not be read. */
  readonly without_file: number;
}

/**
 * Writes a report of a run: a folder with a page that opens from a disk, without a server. One image is in memory at a time, and few
 * that are being made smaller.
 *
 * @throws SamError `bad-usage` when there is no run or the folder is taken, `bad-run-folder` when a result cannot be read,
 *   `unwritable-output`, `run-in-use`; the signal's reason. No report is there then.
 */
export async function viewRun(options: ViewOptions): Promise<ViewReport> {
  const { folder, out = reportFolderOf(folder) } = options;
  const run = await RunReader.open(folder);
  const report = await ReportFolder.open(out);
  try {
    const title = basename(resolvedLocation(folder));
    const head = await writeData(run, report, title, options);
    options.signal?.throwIfAborted();
    await report.finish(title);
    const { images, masks, left_out, failed, without_file } = head;
    return { page: report.page, images, masks, left_out, failed, without_file };
  } catch (error) {
    // why it could not be written is worth more than why the rest could not be removed
    await report.discard().catch(() => undefined);
    throw error;
  } finally {
    await report.close();
  }
}

/** A report is opened from a disk. */
function reportFolderOf(folder: string): string {
  if (!isS3Address(folder)) return resolve(folder, REPORT_FOLDER);
  throw new SamError('bad-usage', `Expected --out for the report of ${folder}: a folder of this machine`);
}

async function writeData(
  run: RunReader,
  report: ReportFolder,
  title: string,
  options: ViewOptions,
): Promise<ReportHead> {
  const counts = new ReportCounts();
  const leftOut = await writeImages(run, report, counts, options);
  const failed = await writeFailures(run, report);
  const head: ReportHead = {
    title,
    tool: `sam-cli ${packageVersion}`,
    images: counts.images,
    masks: counts.masks,
    left_out: leftOut,
    failed,
    without_file: counts.withoutFile,
    images_per_chunk: IMAGES_PER_CHUNK,
    failures_per_chunk: FAILURES_PER_CHUNK,
    ...counts.head,
    details: runDetailsOf(run.manifest, resolvedLocation(options.folder), options.filter ?? {}),
  };
  await report.writeData(scriptFileOf(DATA_NAMES.head), DATA_NAMES.head, head);
  return head;
}

/** @returns how many masks were left out. */
async function writeImages(
  run: RunReader,
  report: ReportFolder,
  counts: ReportCounts,
  { folder, images, filter = {}, maxSide = DEFAULT_MAX_SIDE, signal, onProgress }: ViewOptions,
): Promise<number> {
  const total = (await runStatusOf(folder)).done;
  const files = new RunImages(images);
  const queue = new PQueue({ concurrency: AT_ONCE });
  let [leftOut, chunk] = [0, 0];
  let failure: unknown;
  const write = (name: string, data: unknown) => report.writeData(scriptFileOf(name), name, data);
  try {
    for await (const each of resultsOf(run)) {
      signal?.throwIfAborted();
      const { result } = each;
      const { imageId: id, fileName, width, height } = result;
      const { masks } = filteredResult(result, filter);
      leftOut += result.masks.length - masks.length;
      const image = await imageOrReason(files, each);
      const missing = typeof image === 'string' && { missing: image };
      counts.add({ id, file_name: fileName, width, height, masks: masks.length, ...missing }, masks);
      if (counts.chunkImages === IMAGES_PER_CHUNK) await write(DATA_NAMES.images(chunk++), counts.takeChunk());
      const numbers = new Map(result.masks.map((mask, place) => [mask, place + 1]));
      const data: ImageMasks = { masks: masks.map((mask) => reportMaskOf(mask, numbers.get(mask) ?? 0)) };
      await queue.onSizeLessThan(1);
      if (failure) throw failure;
      const task = async () => {
        if (typeof image !== 'string') await writeImage(report, id, image, maxSide);
        await write(DATA_NAMES.masks(id), data);
      };
      queue.add(task).catch((error: unknown) => {
        failure ??= error;
      });
      onProgress?.({ images: counts.images, masks: counts.masks, total });
    }
    if (counts.chunkImages > 0) await write(DATA_NAMES.images(chunk), counts.takeChunk());
  } finally {
    await queue.onIdle();
    await files.close();
  }
  if (failure) throw failure;
  return leftOut;
}

/** The image, or why it is not there. */
async function imageOrReason(files: RunImages, result: RunResult): Promise<RgbImage | string> {
  try {
    return await files.read(result);
  } catch (error) {
    if (!(error instanceof SamError)) throw error;
    return messageOf(error);
  }
}

async function writeImage(report: ReportFolder, id: number, image: RgbImage, maxSide: number): Promise<void> {
  const { large, small } = await webImagesOf(image, maxSide);
  await report.write(imageFileOf(id), large);
  await report.write(thumbnailFileOf(id), small);
}

/** @returns how many images the run could not do. */
async function writeFailures(run: RunReader, report: ReportFolder): Promise<number> {
  const failures = new Map<number, FailureEntry>();
  for await (const lines of journalLines(run.storage)) {
    for (const line of lines) {
      if (line.state === 'done') failures.delete(line.image_id);
      else failures.set(line.image_id, { image: line.image, code: line.code, reason: line.reason });
    }
  }
  const entries = [...failures].sort(([a], [b]) => a - b).map(([, failure]) => failure);
  for (let chunk = 0; chunk * FAILURES_PER_CHUNK < entries.length; chunk++) {
    const name = DATA_NAMES.failures(chunk);
    const some = entries.slice(chunk * FAILURES_PER_CHUNK, (chunk + 1) * FAILURES_PER_CHUNK);
    await report.writeData(scriptFileOf(name), name, some);
  }
  return entries.length;
}

import { join } from 'node:path';
import PQueue from 'p-queue';
import sharp from 'sharp';
import type { RgbImage } from '../amg/segmentation-model.js';
import type { GeneratorSettings } from '../amg/settings.js';
import { messageOf, SamError } from '../errors.js';
import { decodePicture } from '../model/decode-picture.js';
import type { Parallelism } from '../pool/default-parallelism.js';
import { GeneratorPool } from '../pool/generator-pool.js';
import type { RunListener, RunSummary } from './events.js';
import { outputNamesOf } from './output-names.js';
import type { PictureFile } from './pictures.js';
import { sa1bJsonOf } from './sa1b-file.js';
import { writeAtomic } from './write-atomic.js';

/** What {@link runEverything} needs to know. */
export interface EverythingRun {
  readonly pictures: readonly PictureFile[];
  /** Folder of the SA-1B files. */
  readonly outFolder: string;
  /** Folder of the pictures with their masks drawn; none are drawn when absent. */
  readonly overlayFolder?: string;
  /** A name of the catalogue. */
  readonly model: string;
  readonly settings: GeneratorSettings;
  readonly parallelism: Parallelism;
  /** Once aborted, no picture is begun; those in flight are finished and written. */
  readonly signal?: AbortSignal;
  readonly onEvent: RunListener;
}

/** Pictures decoded ahead of the workers or waiting to be written, beside those being worked on: bounds the memory. */
function picturesAhead(workers: number): number {
  return Math.max(2, Math.ceil(workers / 2));
}

async function writeOverlay(path: string, { data, width, height }: RgbImage): Promise<void> {
  const jpeg = sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality: 90, chromaSubsampling: '4:4:4' });
  await writeAtomic(path, await jpeg.toBuffer());
}

/**
 * Makes all masks of every picture, one SA-1B file each. A picture that fails is an event and a count, not an exception.
 *
 * @throws SamError `bad-model` when the model cannot be loaded, `unwritable-output` when a result cannot be written.
 */
export async function runEverything(run: EverythingRun): Promise<RunSummary> {
  const { pictures, parallelism, settings, signal, onEvent } = run;
  const { workers, threads } = parallelism;
  const startedAt = performance.now();
  const outputs = outputNamesOf(pictures.map((picture) => picture.name));
  const pool = new GeneratorPool({
    workers,
    threads,
    model: run.model,
    onNotice: (message) => onEvent({ event: 'notice', message }),
  });
  const inference = new PQueue({ concurrency: workers });
  const inFlight = new PQueue({ concurrency: workers + picturesAhead(workers) });
  const count = { images: 0, masks: 0, failures: 0 };
  let fatal: unknown;

  async function makeMasks(picture: PictureFile, index: number): Promise<void> {
    const image = await decodePicture(picture.path);
    const output = join(run.outFolder, `${outputs[index]}.json`);
    let pictureStartedAt = 0;
    // p-queue's own signal would also give up what is already being worked on
    const answer = await inference.add(async () => {
      if (signal?.aborted) return undefined;
      pictureStartedAt = performance.now();
      onEvent({ event: 'image_started', image: picture.path });
      return pool.generate({
        image,
        settings,
        overlay: run.overlayFolder !== undefined,
        onProgress: (points, total) =>
          onEvent({ event: 'image_progress', image: picture.path, points, total_points: total }),
        onCrop: (crop, crops) => onEvent({ event: 'image_crop', image: picture.path, crop, crops }),
      });
    });
    if (!answer) return;
    const { records, timings, overlay } = answer;
    if (overlay && run.overlayFolder !== undefined) {
      await writeOverlay(join(run.overlayFolder, `${outputs[index]}.jpg`), overlay);
    }
    const { width, height } = image;
    const file = { image: { image_id: index + 1, width, height, file_name: picture.name }, annotations: records };
    await writeAtomic(output, sa1bJsonOf(file));
    count.images++;
    count.masks += records.length;
    const seconds = (performance.now() - pictureStartedAt) / 1000;
    onEvent({ event: 'image_done', image: picture.path, output, masks: records.length, seconds, stages: timings });
  }

  async function makeMasksOrReport(picture: PictureFile, index: number): Promise<void> {
    try {
      if (!signal?.aborted && fatal === undefined) await makeMasks(picture, index);
    } catch (error) {
      const code = error instanceof SamError ? error.code : 'worker-lost';
      // a full disk or a missing model fails every further picture in the same way
      if (code === 'unwritable-output' || code === 'bad-model') fatal ??= error;
      count.failures++;
      onEvent({ event: 'image_failed', image: picture.path, code, reason: messageOf(error) });
    }
  }

  signal?.addEventListener('abort', () => onEvent({ event: 'interrupted', in_flight: inference.pending }));
  try {
    await pool.warmUp();
    onEvent({ event: 'run_started', images: pictures.length, workers, threads });
    for (const [index, picture] of pictures.entries()) {
      await inFlight.onSizeLessThan(1);
      if (signal?.aborted || fatal !== undefined) break;
      void inFlight.add(() => makeMasksOrReport(picture, index));
    }
    await inFlight.onIdle();
  } finally {
    await pool.close();
  }
  if (fatal !== undefined) throw fatal;
  const seconds = (performance.now() - startedAt) / 1000;
  const summary: RunSummary = {
    ...count,
    seconds,
    seconds_per_image: count.images > 0 ? seconds / count.images : 0,
    interrupted: signal?.aborted ?? false,
  };
  onEvent({ event: 'run_finished', ...summary });
  return summary;
}

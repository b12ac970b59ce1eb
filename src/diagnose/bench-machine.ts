import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Parallelism, parallelismFor } from '../execute/default-parallelism.js';
import type { EverythingJob } from '../execute/job.js';
import { imageFileOf } from '../image/encode-image.js';
import { discImage } from './disc-image.js';
import { estimateRun, type RunEstimate, triedImages } from './estimate-run.js';

/** What this machine does. Names are those of the command's JSON. */
export interface BenchReport {
  readonly model: string;
  /** One for each way to share the cores out, the fastest first. */
  readonly arrangements: readonly RunEstimate[];
  /** Images that the estimate is for, and what they take at the fastest arrangement. */
  readonly images: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** Options of {@link benchMachine}. */
export interface BenchOptions {
  readonly job: EverythingJob;
  /** Images to try and to estimate for. @default images made up here */
  readonly inputs: readonly string[];
  /** Images to estimate for. @default those of `inputs` */
  readonly images?: number;
  /** Told before each arrangement is tried. */
  readonly onTry?: (arrangement: Parallelism) => void;
  /** Once aborted, measuring ends at once. */
  readonly signal?: AbortSignal;
}

/** Size of the images that are made up. */
const MADE_UP = { width: 1024, height: 768 };

/**
 * Tries the ways to share out the cores: one image a core, two cores an image, all cores for one image.
 *
 * @throws SamError as `runDataset`; the signal's reason once that is aborted. Nothing is left behind.
 */
export async function benchMachine({ job, inputs, images, onTry, signal }: BenchOptions): Promise<BenchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-bench-'));
  try {
    const ways = arrangements();
    const named = inputs.length > 0 ? inputs : [await madeUpImages(join(folder, 'images'), ways, signal)];
    const made: RunEstimate[] = [];
    for (const parallelism of ways) {
      onTry?.(parallelism);
      made.push(
        await estimateRun({
          job,
          selection: { inputs: named },
          output: { folder: join(folder, 'out'), format: 'json', recordsPerFile: 1000, copyImages: false },
          parallelism,
          ...(signal && { signal }),
        }),
      );
    }
    const byPace = made.sort((a, b) => a.seconds_per_image - b.seconds_per_image);
    const [best] = byPace;
    const count = images ?? best.images;
    return {
      model: typeof job.model === 'string' ? job.model : job.model.name,
      arrangements: byPace,
      images: count,
      seconds: best.seconds + (count - best.remaining) * best.seconds_per_image,
      bytes: Math.round((best.bytes * count) / Math.max(1, best.remaining)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function arrangements(): Parallelism[] {
  const cores = availableParallelism();
  const ways = [1, 2, cores].filter((threads) => threads <= cores);
  return [...new Set(ways)].map((threads) => {
    const workers = Math.max(1, Math.floor(cores / threads));
    return parallelismFor(workers, { sharesImages: true }, { workers, threads });
  });
}

/** Enough images for every arrangement, with discs of different sizes. */
async function madeUpImages(
  folder: string,
  ways: readonly Parallelism[],
  signal: AbortSignal | undefined,
): Promise<string> {
  await mkdir(folder);
  const count = triedImages(Math.max(...ways.map(({ workers }) => workers)));
  for (let i = 0; i < count; i++) {
    signal?.throwIfAborted();
    const image = discImage({ ...MADE_UP, radius: 100 + ((i * 37) % 250) });
    await writeFile(join(folder, `${i}.png`), await imageFileOf(image, 'png'));
  }
  return folder;
}

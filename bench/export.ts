/** A hundred thousand and a million annotations to one COCO file: peak memory and time, against the size of the run's JSON. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { ImageAnswer, ImageTask } from '../src/execute/executor.js';
import { maskRunsFromRowMajor } from '../src/mask/runs/dense-mask.js';
import { measuredMask } from '../src/mask/runs/mask-iou.js';
import type { FoundMask } from '../src/sam/found-mask.js';
import { runFake } from '../test/support/fake-run.js';
import { randomBlobs } from '../test/support/random-mask.js';
import { cliPath } from '../test/support/run-cli.js';
import { seededRandom } from '../test/support/seeded-random.js';
import { ToyExecutor } from '../test/support/toy-executor.js';

const SIDE = 128;
const MASKS_PER_IMAGE = 1000;

function masks(): FoundMask[] {
  const random = seededRandom(1);
  return Array.from({ length: MASKS_PER_IMAGE }, () => ({
    ...measuredMask(maskRunsFromRowMajor(randomBlobs(random, SIDE, SIDE, 3), SIDE, SIDE)),
    predictedIou: random(),
    stabilityScore: random(),
    pointsXy: [[1, 2] as const],
    cropXyxy: [0, 0, SIDE, SIDE] as const,
  }));
}

/** Answers every image with the same masks. */
class ManyMasks extends ToyExecutor {
  readonly #masks: readonly FoundMask[];

  constructor(masks: readonly FoundMask[]) {
    super();
    this.#masks = masks;
  }

  override async answer(task: ImageTask): Promise<ImageAnswer> {
    return { ...(await super.answer(task)), masks: this.#masks };
  }
}

/** Runs the command with its peak memory as the last line of standard error. */
const MEASURED = fileURLToPath(new URL('./support/peak-memory.js', import.meta.url));

export async function run(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'sam-cli-bench-'));
  const made = masks();
  const bytes = await sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: 'grey' } })
    .png()
    .toBuffer();
  try {
    for (const images of [100, 1000]) {
      const photos = join(root, `photos${images}`);
      const out = join(root, `run${images}`);
      await mkdir(photos);
      for (let i = 0; i < images; i++) await writeFile(join(photos, `${i}.png`), bytes);
      await runFake([photos], out, {
        output: { format: 'ndjson', recordsPerFile: 1e6 },
        executor: () => new ManyMasks(made),
      });
      const { size } = await stat(join(out, 'masks-00000.ndjson'));
      for (const segmentation of ['rle', 'polygons']) {
        const file = join(root, `${segmentation}.json`);
        const words = ['export', out, '--to', 'coco', '--segmentation', segmentation, '--out', file, '--overwrite'];
        const start = performance.now();
        const { stderr, status } = spawnSync(process.execPath, [MEASURED, cliPath, ...words], { encoding: 'utf8' });
        const seconds = (performance.now() - start) / 1000;
        if (status !== 0) throw new Error(stderr);
        const [cpu, peak] = stderr.trim().split('\n').slice(-2).map(Number);
        const annotations = images * MASKS_PER_IMAGE;
        process.stdout.write(
          `  ${annotations} annotations, ${Math.round(size / 1e6)} MB of JSON, to ${segmentation}: ${seconds.toFixed(1)} s, ` +
            `${cpu.toFixed(1)} s of processor time (${((1e6 * cpu) / (size / 1e3)).toFixed(1)} ms a MB), peak ${peak} MB\n`,
        );
      }
    }
  } finally {
    await rm(root, { recursive: true });
  }
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { ImageAnswer, ImageTask } from '../../src/execute/executor.js';
import { maskRunsFromRowMajor } from '../../src/mask/runs/dense-mask.js';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import type { FoundMask } from '../../src/sam/found-mask.js';
import { type FakeRunOptions, runFake } from './fake-run.js';
import { ToyExecutor } from './toy-executor.js';

/** Sides of the images of {@link rectangleRun}. */
const [WIDTH, HEIGHT] = [200, 100];

/** Left, top, right, bottom (exclusive), predicted IoU, stability. The second lies inside the first. */
const RECTANGLES = [
  [0, 0, 100, 100, 0.9, 0.95],
  [20, 20, 40, 40, 0.7, 0.99],
  [150, 50, 200, 100, 0.85, 0.8],
] as const;

function rectangleMasks(): FoundMask[] {
  return RECTANGLES.map(([left, top, right, bottom, predictedIou, stabilityScore]) => {
    const dense = new Uint8Array(WIDTH * HEIGHT);
    for (let y = top; y < bottom; y++) dense.fill(1, y * WIDTH + left, y * WIDTH + right);
    return {
      ...measuredMask(maskRunsFromRowMajor(dense, WIDTH, HEIGHT)),
      ...{ predictedIou, stabilityScore, pointsXy: [[left, top] as const], cropXyxy: [0, 0, WIDTH, HEIGHT] as const },
    };
  });
}

class RectangleExecutor extends ToyExecutor {
  override async answer(task: ImageTask): Promise<ImageAnswer> {
    return { ...(await super.answer(task)), masks: rectangleMasks() };
  }
}

/**
 * A run over images of 200 x 100 pixels, each with three masks: number 1 is the left half (area 10,000), 2 a square inside of it from
 * 20,20 to 40,40, and 3 the lower right corner from 150,50. The last image cannot be read.
 *
 * @param names - Of the images in the order of the run.
 */
export async function rectangleRun(root: string, names: readonly string[], options?: FakeRunOptions): Promise<string> {
  const [photos, run] = [join(root, 'photos'), join(root, 'run')];
  await mkdir(photos, { recursive: true });
  const bytes = await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#808080' } })
    .png()
    .toBuffer();
  for (const name of names) await writeFile(join(photos, name), bytes);
  await writeFile(join(photos, 'zz-broken.png'), 'no image');
  await runFake([photos], run, { executor: () => new RectangleExecutor(), ...options });
  return run;
}

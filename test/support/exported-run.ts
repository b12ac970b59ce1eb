import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import sharp from 'sharp';
import type { OutputFormat } from '../../src/dataset/scheduler/output-formats.js';
import type { ImageAnswer, ImageTask } from '../../src/execute/executor.js';
import { maskRunsFromRowMajor, rowMajorFromMaskRuns } from '../../src/mask/runs/dense-mask.js';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import type { FoundMask } from '../../src/sam/found-mask.js';
import { runFake } from './fake-run.js';
import { randomBlobs, randomSpeckle } from './random-mask.js';
import { seededRandom } from './seeded-random.js';
import { temporaryFolder } from './temporary-folder.js';
import { ToyExecutor } from './toy-executor.js';

/** Sides of the images of {@link exportedRun}. */
export const [WIDTH, HEIGHT] = [37, 23];

/** File names that a careless writer breaks, or that run script where they are taken for HTML. */
export const HOSTILE_NAMES = [
  `a"b'c<img src=x onerror=alert(1)>&amp;.png`,
  'sub dir/two..  dots..png',
  'sub dir/new\nline,\ttab;.png',
  'sub dir/日本 ünï ✓.png',
  'sub dir/<script>alert(2)<\\script>%2e%2e%2f.png',
];

/** A mask of the images of {@link exportedRun}. */
function foundMask(dense: Uint8Array, predictedIou = 0.9, more: Partial<FoundMask> = {}): FoundMask {
  return {
    ...measuredMask(maskRunsFromRowMajor(dense, WIDTH, HEIGHT)),
    predictedIou,
    stabilityScore: 0.95,
    pointsXy: [[3.5, 4]],
    cropXyxy: [0, 0, WIDTH, HEIGHT],
    ...more,
  };
}

/** With holes, pieces, single pixels, touching corners; full; and of a class with a name to be escaped. */
export function testMasks(): FoundMask[] {
  const random = seededRandom(5);
  const checkers = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
    i % WIDTH < 6 && i < 6 * WIDTH ? (i + Math.floor(i / WIDTH)) % 2 : 0,
  );
  const pixel = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i === 100 ? 1 : 0));
  return [
    foundMask(randomBlobs(random, WIDTH, HEIGHT, 12), 0.99),
    foundMask(randomSpeckle(random, WIDTH * HEIGHT, 0.5), 0.8, { stabilityScore: 0.5 }),
    foundMask(checkers, 0.7),
    foundMask(pixel, 0.6),
    foundMask(new Uint8Array(WIDTH * HEIGHT).fill(1), 1.01),
    foundMask(randomBlobs(random, WIDTH, HEIGHT, 5), 0.95, {
      prompt: { id: 7, isNamed: true, categoryId: 3, category: `tom "& <jerry>`, score: 0.25 },
    }),
  ];
}

/** Answers every image with {@link testMasks}. */
export class MaskExecutor extends ToyExecutor {
  override async answer(task: ImageTask): Promise<ImageAnswer> {
    return { ...(await super.answer(task)), masks: testMasks() };
  }
}

/** A run over images of hostile (or other) names, each with {@link testMasks}; its output folder, and a folder for exports beside it. */
export async function exportedRun(
  context: TestContext,
  format: OutputFormat = 'json',
  names: readonly string[] = HOSTILE_NAMES,
): Promise<{ run: string; photos: string; root: string }> {
  const root = await temporaryFolder(context);
  const [photos, run] = [join(root, 'photos'), join(root, 'run')];
  const bytes = await sharp(new Uint8Array(WIDTH * HEIGHT * 3).fill(90), {
    raw: { width: WIDTH, height: HEIGHT, channels: 3 },
  })
    .png()
    .toBuffer();
  for (const name of names) {
    const path = join(photos, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  await runFake([photos], run, { output: { format }, executor: () => new MaskExecutor() });
  return { run, photos, root };
}

/** IoU of two dense masks. */
export function denseIou(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [both, any] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] && b[i]) both++;
    if (a[i] || b[i]) any++;
  }
  return any === 0 ? 1 : both / any;
}

/** Row-major pixels of a mask. */
export function pixelsOf({ mask }: FoundMask): Uint8Array {
  return rowMajorFromMaskRuns(mask);
}

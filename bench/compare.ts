/** `sam-cli compare` of two runs over 1,000 images of 100 masks each, and the same matching on dense masks. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareRuns, openRunPair } from '../src/evaluate/compare/compare-runs.js';
import { sa1bFileOf, sa1bJsonOf } from '../src/formats/sa1b/write.js';
import { rowMajorFromMaskRuns } from '../src/mask/runs/dense-mask.js';
import { areaOfMaskRuns } from '../src/mask/runs/mask-extent.js';
import { measuredMask } from '../src/mask/runs/mask-iou.js';
import type { MaskRuns } from '../src/mask/runs/mask-runs.js';
import type { ImageResult } from '../src/sam/found-mask.js';
import { randomInteger, seededRandom } from '../test/support/seeded-random.js';
import { raggedEllipse } from './support/ragged-ellipse.js';

const WIDTH = 1024;
const HEIGHT = 768;
const IMAGES = 1000;
const MASKS = 100;
/** Images matched on dense masks: all would take minutes. */
const DENSE_IMAGES = 5;
const DIFFERENT_IMAGES = 20;

/** The same objects for one `seed`, with outlines of their own for each `outline`. */
function resultOf(seed: number, outline: number): ImageResult {
  const places = seededRandom(seed);
  const outlines = seededRandom(1000 + 2 * seed + outline);
  const masks = Array.from({ length: MASKS }, () => {
    const [x, y] = [randomInteger(places, 0, WIDTH - 1), randomInteger(places, 0, HEIGHT - 1)];
    const radius = Math.round(10 * 20 ** places());
    const mask = raggedEllipse(outlines, {
      width: WIDTH,
      height: HEIGHT,
      centreX: x,
      centreY: y,
      radius,
      raggedness: 3,
    });
    return {
      ...measuredMask(mask),
      predictedIou: places(),
      stabilityScore: places(),
      pointsXy: [[x, y]] as const,
      cropXyxy: [0, 0, WIDTH, HEIGHT] as const,
    };
  });
  return { imageId: 1, fileName: '', width: WIDTH, height: HEIGHT, masks, skippedPrompts: [] };
}

async function writeRun(folder: string, outline: number): Promise<void> {
  await mkdir(folder);
  const results = Array.from({ length: DIFFERENT_IMAGES }, (_, i) => resultOf(i + 1, outline));
  for (let i = 0; i < IMAGES; i++) {
    const fileName = `${i}.jpg`;
    const text = sa1bJsonOf(sa1bFileOf({ ...results[i % DIFFERENT_IMAGES], imageId: i + 1, fileName }));
    await writeFile(join(folder, `${fileName}.json`), text);
  }
}

/** IoU of the pairs of two images' masks, pixel by pixel, where areas allow for it. @returns pairs of at least 0.9 */
function denseMatches(a: readonly MaskRuns[], b: readonly MaskRuns[]): number {
  const denseB = b.map((mask) => ({ other: rowMajorFromMaskRuns(mask), area: areaOfMaskRuns(mask) }));
  let matches = 0;
  for (const mask of a) {
    const dense = rowMajorFromMaskRuns(mask);
    const areaA = areaOfMaskRuns(mask);
    for (const { other, area } of denseB) {
      if (Math.min(area, areaA) < 0.9 * Math.max(area, areaA)) continue;
      let intersection = 0;
      let union = 0;
      for (let i = 0; i < dense.length; i++) {
        intersection += dense[i] & other[i];
        union += dense[i] | other[i];
      }
      if (intersection / union >= 0.9) matches++;
    }
  }
  return matches;
}

export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-compare-'));
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  try {
    await writeRun(a, 0);
    await writeRun(b, 1);
    const start = performance.now();
    const report = await compareRuns(await openRunPair(a, b), { minIou: 0.9, minMatch: 0 });
    const seconds = (performance.now() - start) / 1000;
    const denseStart = performance.now();
    let matches = 0;
    for (let i = 1; i <= DENSE_IMAGES; i++) {
      const [first, second] = [resultOf(i, 0), resultOf(i, 1)];
      matches += denseMatches(
        first.masks.map(({ mask }) => mask),
        second.masks.map(({ mask }) => mask),
      );
    }
    const denseSeconds = ((performance.now() - denseStart) / 1000 / DENSE_IMAGES) * IMAGES;
    const cores = availableParallelism();
    process.stdout.write(
      `  ${report.images} images, ${report.a_masks} and ${report.b_masks} masks of ${WIDTH} x ${HEIGHT}, ${report.matched} matched\n` +
        `  compare, files to report, ${cores} threads: ${seconds.toFixed(1)} s\n` +
        `  matching alone on dense masks: ${denseSeconds.toFixed(0)} s on one core (${DENSE_IMAGES} images took that share; ` +
        `${matches} matches), ${(denseSeconds / cores).toFixed(0)} s on ${cores}: ${(denseSeconds / cores / seconds).toFixed(1)} times as long\n`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Small regions of a 24-megapixel mask: union-find over runs against plain connected components on the dense mask. */
import assert from 'node:assert/strict';
import { maskRunsFromRowMajor, rowMajorFromMaskRuns } from '../src/mask/runs/dense-mask.js';
import { areaOfMaskRuns } from '../src/mask/runs/mask-extent.js';
import { withoutSmallRegions } from '../src/mask/runs/small-regions.js';
import { denseWithoutSmallRegions } from '../test/support/dense-regions.js';
import { randomInteger, seededRandom } from '../test/support/seeded-random.js';
import { medianMilliseconds, report } from './timing.js';

const WIDTH = 6000;
const HEIGHT = 4000;
const MIN_AREA = 100;

/** A wavy object over half the image, with holes and islands of 1 to 4000 pixels. */
function drawnObject(holesAndIslands: number): Uint8Array {
  const random = seededRandom(6);
  const dense = new Uint8Array(WIDTH * HEIGHT);
  for (let x = 500; x < 5500; x++) {
    const wave = 60 * Math.sin(x / 37) + 9 * Math.sin(x / 3);
    const half = 1600 * Math.sqrt(1 - ((x - 3000) / 2501) ** 2);
    for (let y = Math.ceil(2000 - half + wave); y < 2000 + half - wave; y++) dense[y * WIDTH + x] = 1;
  }
  for (let i = 0; i < holesAndIslands; i++) {
    const value = i % 2;
    const radius = randomInteger(random, 0, i % 10 === 0 ? 35 : 6);
    const centreX = randomInteger(random, 40, WIDTH - 41);
    const centreY = randomInteger(random, 40, HEIGHT - 41);
    for (let y = -radius; y <= radius; y++) {
      for (let x = -radius; x <= radius; x++) {
        if (x * x + y * y <= radius * radius) dense[(centreY + y) * WIDTH + centreX + x] = value;
      }
    }
  }
  return dense;
}

export function run(): void {
  for (const holesAndIslands of [50, 4000]) {
    const dense = drawnObject(holesAndIslands);
    const mask = maskRunsFromRowMajor(dense, WIDTH, HEIGHT);
    const runCount = mask.runsColumnMajor.length;
    process.stdout.write(
      `  ${WIDTH} x ${HEIGHT}, ${areaOfMaskRuns(mask)} pixels in ${runCount} runs, ${holesAndIslands} holes and islands\n`,
    );

    const cleaned = withoutSmallRegions(mask, MIN_AREA);
    const plain = denseWithoutSmallRegions(dense, WIDTH, HEIGHT, MIN_AREA);
    assert.ok(Buffer.from(plain.mask).equals(rowMajorFromMaskRuns(cleaned.mask)), 'both give the same mask');
    assert.equal(cleaned.changed, plain.changed);

    const onRuns = medianMilliseconds(21, () => withoutSmallRegions(mask, MIN_AREA));
    const onPixels = medianMilliseconds(3, () => denseWithoutSmallRegions(dense, WIDTH, HEIGHT, MIN_AREA));
    report('on runs', onRuns);
    report('plain connected components', onPixels);
    process.stdout.write(`  ${(onPixels / onRuns).toFixed(0)} times as fast on runs\n`);
  }
}

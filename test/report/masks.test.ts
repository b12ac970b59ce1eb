import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskRunsFromRowMajor } from '../../src/mask/runs/dense-mask.js';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import { reportMaskOf } from '../../src/report/files/report-mask.js';
import { type DecodedMask, decodedMaskOf, masksAt } from '../../src/report/page/masks/decoded-mask.js';
import { maskRasterOf } from '../../src/report/page/masks/mask-raster.js';
import { paintLit, paintMasks } from '../../src/report/page/masks/paint-masks.js';
import { randomBlobs, randomSpeckle } from '../support/random-mask.js';
import { seededRandom } from '../support/seeded-random.js';

const [WIDTH, HEIGHT] = [61, 43];

function decoded(dense: Uint8Array, width = WIDTH, height = HEIGHT): DecodedMask {
  const found = {
    ...measuredMask(maskRunsFromRowMajor(dense, width, height)),
    ...{ predictedIou: 0.9, stabilityScore: 0.9, pointsXy: [], cropXyxy: [0, 0, width, height] as const },
  };
  return decodedMaskOf(reportMaskOf(found, 1), { width, height });
}

function randomMasks(): Uint8Array[] {
  const random = seededRandom(3);
  return [
    ...Array.from({ length: 8 }, () => randomBlobs(random, WIDTH, HEIGHT, 6)),
    randomSpeckle(random, WIDTH * HEIGHT, 0.4),
    new Uint8Array(WIDTH * HEIGHT).fill(1),
  ];
}

describe('masks of the page', () => {
  it('are found at every pixel that they cover, the smallest first', () => {
    const dense = randomMasks();
    const masks = dense.map((mask) => decoded(mask));
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const found = masksAt(masks, x, y);
        assert.deepEqual(new Set(found), new Set(masks.filter((_, i) => dense[i][y * WIDTH + x] === 1)), `${x}, ${y}`);
        assert.ok(found.every(({ mask }, i) => i === 0 || mask.area >= found[i - 1].mask.area));
      }
    }
    for (const [x, y] of [
      [-1, 0],
      [0, -1],
      [WIDTH, 0],
      [0, HEIGHT],
    ]) {
      assert.deepEqual(masksAt(masks, x, y), []);
    }
  });

  it('have on a canvas of any size the pixels of the image below its centres', () => {
    for (const dense of randomMasks()) {
      const mask = decoded(dense);
      for (const [width, height] of [
        [WIDTH, HEIGHT],
        [2 * WIDTH, 2 * HEIGHT],
        [97, 31],
        [20, 14],
      ]) {
        const { left, top, on, ...raster } = maskRasterOf(mask, { width, height });
        for (let row = 0; row < height; row++) {
          for (let column = 0; column < width; column++) {
            const x = Math.floor(((column + 0.5) * WIDTH) / width);
            const y = Math.floor(((row + 0.5) * HEIGHT) / height);
            const [i, j] = [column - left, row - top];
            const isIn = i >= 0 && j >= 0 && i < raster.width && j < raster.height;
            const drawn = isIn ? on[j * raster.width + i] : 0;
            assert.equal(drawn, dense[y * WIDTH + x], `${column}, ${row} of ${width} x ${height}`);
          }
        }
      }
    }
  });

  it('are still there when they are smaller than a pixel of the canvas; an empty one is not', () => {
    const pixel = new Uint8Array(1000 * 1000);
    pixel[501 * 1000 + 777] = 1;
    const raster = maskRasterOf(decoded(pixel, 1000, 1000), { width: 20, height: 20 });
    assert.deepEqual([raster.left, raster.top, [...raster.on]], [15, 10, [1]]);
    const empty = maskRasterOf(decoded(new Uint8Array(100), 10, 10), { width: 5, height: 5 });
    assert.ok(empty.on.every((on) => on === 0));
  });

  it('are drawn as a tint with an outline; in the light, everything else is shaded', () => {
    const dense = new Uint8Array(100);
    for (let y = 2; y < 9; y++) dense.fill(1, y * 10 + 2, y * 10 + 9);
    const raster = maskRasterOf(decoded(dense, 10, 10), { width: 10, height: 10 });
    const canvas = { width: 10, height: 10, data: new Uint8ClampedArray(400) };
    const at = (x: number, y: number) => [...canvas.data.subarray(4 * (y * 10 + x), 4 * (y * 10 + x) + 4)];
    paintMasks(canvas, [{ raster, colour: [10, 20, 30] }], 1);
    assert.deepEqual(
      [at(1, 1), at(2, 2), at(5, 5)],
      [
        [0, 0, 0, 0],
        [10, 20, 30, 235],
        [10, 20, 30, 76],
      ],
    );
    paintLit(canvas, { raster, colour: [10, 20, 30] }, 1);
    assert.deepEqual(
      [at(1, 1), at(2, 2), at(3, 3)],
      [
        [0, 0, 0, 140],
        [255, 255, 255, 255],
        [10, 20, 30, 255],
      ],
    );
    assert.equal(at(5, 5)[3], 0);
  });
});

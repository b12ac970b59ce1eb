import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskRunsFromColumnMajor } from '../../../src/mask/runs/dense-mask.js';
import { maskIou } from '../../../src/mask/runs/mask-iou.js';
import { iouOfSamples, maskSamples } from '../../../src/mask/runs/mask-samples.js';
import { seededRandom } from '../../support/seeded-random.js';

test('samples are the pixels in the middle of their squares', () => {
  const random = seededRandom(3);
  for (let round = 0; round < 60; round++) {
    const [width, height, step] = [1 + Math.floor(90 * random()), 1 + Math.floor(70 * random()), 1 + (round % 9)];
    const share = random();
    const dense = Uint8Array.from({ length: width * height }, () => (random() < share ? 1 : 0));
    const { bits, inside } = maskSamples(maskRunsFromColumnMajor(dense, width, height), step);
    const expected: number[] = [];
    for (let x = 0; x < width; x += step) {
      for (let y = 0; y < height; y += step) {
        const [sx, sy] = [Math.min(width - 1, x + (step >> 1)), Math.min(height - 1, y + (step >> 1))];
        expected.push(dense[sx * height + sy]);
      }
    }
    const found = expected.map((_, i) => (bits[i >> 5] >>> (i & 31)) & 1);
    assert.deepEqual(found, expected);
    assert.equal(
      inside,
      expected.reduce((sum, value) => sum + value, 0),
    );
  }
});

test('with a sample a pixel the overlap is exact, and with fewer it is near', () => {
  const [width, height] = [300, 200];
  const disc = (cx: number, cy: number, r: number) =>
    maskRunsFromColumnMajor(
      Uint8Array.from({ length: width * height }, (_, i) =>
        Math.hypot(Math.floor(i / height) - cx, (i % height) - cy) < r ? 1 : 0,
      ),
      width,
      height,
    );
  const [a, b, empty] = [disc(150, 100, 80), disc(156, 103, 78), disc(0, 0, 0)];
  assert.equal(iouOfSamples(maskSamples(a, 1), maskSamples(b, 1)), maskIou(a, b));
  assert.ok(Math.abs(iouOfSamples(maskSamples(a, 5), maskSamples(b, 5)) - maskIou(a, b)) < 0.02);
  assert.equal(iouOfSamples(maskSamples(empty, 5), maskSamples(empty, 5)), 0);
});

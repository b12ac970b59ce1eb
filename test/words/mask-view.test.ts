import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskRunsFromRowMajor } from '../../src/mask/runs/dense-mask.js';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import { maskRunsOfEmpty } from '../../src/mask/runs/mask-runs.js';
import type { RgbImage } from '../../src/sam/rgb-image.js';
import { viewOfMask } from '../../src/words/mask-view.js';

/** An image whose red is x and green is y. */
function coordinates(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set([i % width, Math.floor(i / width), 200], 3 * i);
  return { data, width, height };
}

function rectangle(width: number, height: number, [x0, y0, x1, y1]: readonly number[]) {
  const dense = new Uint8Array(width * height);
  for (let y = y0; y < y1; y++) dense.fill(1, y * width + x0, y * width + x1);
  return measuredMask(maskRunsFromRowMajor(dense, width, height));
}

const pixel = ({ data, width }: RgbImage, x: number, y: number) => [...data.subarray(3 * (y * width + x)).slice(0, 3)];

describe('the view of a mask', () => {
  it('is a square with context around its box, inside the image', () => {
    const image = coordinates(200, 150);
    const middle = viewOfMask(image, rectangle(200, 150, [80, 60, 120, 90]), 'keep');
    // 40 pixels and 15% on each side
    assert.deepEqual([middle.width, middle.height], [52, 52]);
    assert.deepEqual(pixel(middle, 0, 0), [74, 49, 200]);
    const corner = viewOfMask(image, rectangle(200, 150, [190, 140, 200, 150]), 'keep');
    assert.deepEqual([corner.width, pixel(corner, 0, 0)], [32, [168, 118, 200]]);
  });

  it('is grey where the image is too short', () => {
    const view = viewOfMask(coordinates(200, 50), rectangle(200, 50, [0, 0, 150, 50]), 'keep');
    assert.deepEqual([view.width, view.height], [195, 195]);
    assert.deepEqual(pixel(view, 0, 71), [128, 128, 128]);
    assert.deepEqual(pixel(view, 0, 72), [0, 0, 200]);
    assert.deepEqual(pixel(view, 0, 122), [128, 128, 128]);
  });

  it('keeps the mask as it is and changes what is around it', () => {
    const image = coordinates(200, 150);
    const mask = rectangle(200, 150, [80, 60, 120, 90]);
    for (const surroundings of ['dim', 'blur'] as const) {
      const view = viewOfMask(image, mask, surroundings);
      assert.deepEqual(pixel(view, 26, 26), [100, 75, 200]);
      assert.notDeepEqual(pixel(view, 1, 1), [75, 50, 200]);
    }
    assert.deepEqual(pixel(viewOfMask(image, mask, 'dim'), 0, 0), [19, 12, 50]);
    assert.deepEqual(image, coordinates(200, 150));
  });

  it('can be had of a mask without a pixel, and of an image of one', () => {
    const empty = measuredMask(maskRunsOfEmpty(1, 1));
    assert.deepEqual(viewOfMask(coordinates(1, 1), empty, 'blur').width, 1);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { overlayOf, overlayOfMasks } from '../../src/image/overlay.js';
import { cocoRleFromMaskRuns, maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { maskRunsFromRowMajor } from '../../src/mask/runs/dense-mask.js';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import { maskColourOf } from '../../src/sam/mask-colour.js';
import type { MaskRecord } from '../../src/sam/mask-record.js';
import { greySquare } from '../support/painted-model.js';

const SIDE = 12;

/** A square mask from (at, at) of the given side, as a record. */
function squareRecord(id: number, at: number, side: number): MaskRecord {
  const isOn = (i: number) => i % SIDE >= at && i % SIDE < at + side && i / SIDE >= at && i / SIDE < at + side;
  const mask = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (isOn(i) ? 1 : 0));
  return {
    id,
    segmentation: cocoRleFromMaskRuns(maskRunsFromRowMajor(mask, SIDE, SIDE)),
    area: side * side,
    bbox: [at, at, side - 1, side - 1],
    predicted_iou: 1,
    stability_score: 1,
    point_coords: [[at, at]],
    crop_box: [0, 0, SIDE, SIDE],
  };
}

describe('overlayOf', () => {
  const image = greySquare(SIDE);
  const records = [squareRecord(1, 4, 3), squareRecord(2, 2, 8)];
  const drawn = overlayOf(image, records);
  const pixel = (x: number, y: number) => [...drawn.data.subarray((y * SIDE + x) * 3, (y * SIDE + x) * 3 + 3)];

  it('leaves the image and what no mask covers alone', () => {
    assert.ok(image.data.every((level) => level === 128));
    assert.deepEqual(pixel(0, 0), [128, 128, 128]);
    assert.deepEqual(pixel(10, 10), [128, 128, 128]);
  });

  it('draws outlines in the colour of the mask’s place, small masks over large ones', () => {
    assert.deepEqual(pixel(2, 2), [...maskColourOf(1)]);
    assert.deepEqual(pixel(9, 9), [...maskColourOf(1)]);
    assert.deepEqual(pixel(4, 4), [...maskColourOf(0)]);
  });

  it('draws masks that are no records yet alike', () => {
    const masks = records.map(({ segmentation }) => measuredMask(maskRunsFromCocoRle(segmentation)));
    assert.deepEqual(overlayOfMasks(image, masks), drawn);
  });

  it('draws outlines that are seen on any background', () => {
    const side = 30;
    const isOn = (i: number) => i % side >= 5 && i % side < 25 && i / side >= 5 && i / side < 25;
    const runs = maskRunsFromRowMajor(
      Uint8Array.from({ length: side * side }, (_, i) => (isOn(i) ? 1 : 0)),
      side,
      side,
    );
    for (let place = 0; place < 60; place++) {
      const colour = maskColourOf(place);
      for (const ground of [[0, 0, 0], [255, 255, 255], [128, 128, 128], colour, colour.map((level) => 255 - level)]) {
        const data = Uint8Array.from({ length: 3 * side * side }, (_, i) => ground[i % 3]);
        const { data: drawn } = overlayOfMasks({ data, width: side, height: side }, [measuredMask(runs)], [place]);
        // across the left edge of the square
        const differences = [5, 6].map((x) => {
          const at = 3 * (15 * side + x);
          return Math.max(...[0, 1, 2].map((c) => Math.abs(drawn[at + c] - ground[c])));
        });
        assert.ok(Math.max(...differences) >= 70, `colour ${place} on ${ground}: ${differences}`);
      }
    }
  });

  it('tints what lies inside', () => {
    assert.notDeepEqual(pixel(3, 3), [128, 128, 128]);
    assert.notDeepEqual(pixel(3, 3), [...maskColourOf(1)]);
  });
});

describe('maskColourOf', () => {
  it('gives the same colour each time, and different ones to the first hundred masks', () => {
    const colours = Array.from({ length: 100 }, (_, i) => maskColourOf(i).join());
    assert.equal(new Set(colours).size, 100);
    assert.deepEqual(maskColourOf(7), maskColourOf(7));
  });
});

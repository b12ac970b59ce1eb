import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encoderInputOf, frameSizeOf } from '../../../src/model/runtime/preprocess.js';

describe('frameSizeOf', () => {
  // int(side * 1024 / long + 0.5), computed by hand
  const cases: [number, number, number, number][] = [
    [600, 400, 1024, 683],
    [400, 600, 683, 1024],
    [512, 512, 1024, 1024],
    [451, 300, 1024, 681],
    [1800, 1200, 1024, 683],
    [4000, 3000, 1024, 768],
    [1, 1, 1024, 1024],
    [5000, 1, 1024, 1],
  ];
  for (const [width, height, frameWidth, frameHeight] of cases) {
    it(`fits ${width} x ${height} into ${frameWidth} x ${frameHeight}`, () => {
      assert.deepEqual(frameSizeOf(width, height, 1024), { width: frameWidth, height: frameHeight });
    });
  }
});

describe('encoderInputOf', () => {
  const input = encoderInputOf({ data: Uint8Array.from([255, 0, 128, 255, 0, 128]), width: 2, height: 1 }, 8);

  it('is three planes of the frame', () => assert.equal(input.length, 3 * 8 * 8));

  it('normalises with the mean and deviation of the reference', () => {
    assert.ok(Math.abs(input[0] - (255 - 123.675) / 58.395) < 1e-6);
    assert.ok(Math.abs(input[64] - (0 - 116.28) / 57.12) < 1e-6);
    assert.ok(Math.abs(input[128] - (128 - 103.53) / 57.375) < 1e-6);
  });

  it('pads with zeros after normalising, at the bottom', () => {
    // 2 x 1 becomes 8 x 4
    for (const plane of [0, 64, 128]) {
      assert.ok(input.subarray(plane, plane + 32).every((value) => value !== 0));
      assert.ok(input.subarray(plane + 32, plane + 64).every((value) => value === 0));
    }
  });
});

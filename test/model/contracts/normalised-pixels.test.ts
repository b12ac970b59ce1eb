import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { normalisedPixelsOf } from '../../../src/model/contracts/normalised-pixels.js';
import { SAM1_GEOMETRY } from '../../../src/sam/geometry.js';

describe('normalisedPixelsOf', () => {
  const input = normalisedPixelsOf(
    { data: Uint8Array.from([255, 0, 128, 255, 0, 128]), width: 2, height: 1 },
    { ...SAM1_GEOMETRY, frameSize: 8 },
  );

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

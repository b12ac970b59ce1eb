import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { frameExtentOf, SAM1_GEOMETRY } from '../../src/sam/geometry.js';

describe('frameExtentOf', () => {
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
      assert.deepEqual(frameExtentOf(SAM1_GEOMETRY, width, height), { width: frameWidth, height: frameHeight });
    });
  }

  it('stretches to the whole frame', () => {
    const stretched = { ...SAM1_GEOMETRY, frameSize: 512, fit: 'stretch' as const };
    assert.deepEqual(frameExtentOf(stretched, 30, 700), { width: 512, height: 512 });
  });
});

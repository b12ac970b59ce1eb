import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coveredCells } from '../../../src/model/runtime/covered-cells.js';
import { SAM1_GEOMETRY } from '../../../src/sam/geometry.js';

test('covered cells are those that the bilinear resize of the kept pixels reads', () => {
  for (let inputSide = 1; inputSide <= 1024; inputSide++) {
    let last = 0;
    for (let pixel = 0; pixel < inputSide; pixel++) {
      const source = Math.max(0, (pixel + 0.5) / 4 - 0.5);
      last = Math.max(last, Math.min(255, Math.floor(source) + 1));
    }
    const cells = coveredCells(inputSide, SAM1_GEOMETRY);
    // the clamped first pixels read cell 1 with weight 0
    if (inputSide > 2) assert.equal(cells, last + 1, `${inputSide}`);
    else assert.equal(cells, 1);
  }
});

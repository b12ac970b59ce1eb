import assert from 'node:assert/strict';
import test from 'node:test';
import { maskRunsFromCocoRle } from '../../../src/mask/runs/coco-rle.js';
import {
  maskRunsFromColumnMajor,
  maskRunsFromRowMajor,
  rowMajorFromMaskRuns,
} from '../../../src/mask/runs/dense-mask.js';
import { maskRuns } from '../../../src/mask/runs/mask-runs.js';
import { randomSpeckle } from '../../support/random-mask.js';
import { randomInteger, seededRandom } from '../../support/seeded-random.js';

test('runs of 0 are joined away, except a first one', () => {
  assert.deepEqual(maskRuns(4, 3, [2, 0, 3, 1, 0, 2, 4]).runsColumnMajor, Uint32Array.of(5, 3, 4));
  assert.deepEqual(maskRuns(4, 3, [0, 12]).runsColumnMajor, Uint32Array.of(0, 12));
  assert.deepEqual(maskRuns(4, 3, [0, 0, 5, 7]).runsColumnMajor, Uint32Array.of(5, 7));
  assert.deepEqual(maskRuns(4, 3, [12, 0]).runsColumnMajor, Uint32Array.of(12));
  assert.deepEqual(maskRuns(4, 3, [0, 0, 0, 12, 0, 0]).runsColumnMajor, Uint32Array.of(0, 12));
});

test('runs that make no mask are refused', () => {
  assert.throws(() => maskRuns(4, 3, [5, 6]), {
    code: 'malformed-rle',
    message: 'Expected runs that sum to 4 x 3 = 12 pixels but received a sum of 11',
  });
  assert.throws(() => maskRuns(4, 3, [13, -1]), {
    message: 'Expected an integer of at least 0 for run 1 of the mask but received -1',
  });
  assert.throws(() => maskRuns(4, 3, [6, 5.5, 0.5]), {
    message: 'Expected an integer of at least 0 for run 1 of the mask but received 5.5',
  });
});

test('an uncompressed RLE gives the same mask', () => {
  assert.deepEqual(maskRunsFromCocoRle({ size: [3, 4], counts: [2, 0, 3, 7] }), maskRuns(4, 3, [5, 7]));
});

test('a dense mask of another length is refused', () => {
  assert.throws(() => maskRunsFromRowMajor(new Uint8Array(11), 4, 3), {
    code: 'bad-mask-size',
    message: 'Expected 4 x 3 = 12 values for a dense mask but received 11',
  });
});

test('anything but 0 is foreground', () => {
  const mask = maskRunsFromColumnMajor([0, 255, 1, 0, 7, 7], 2, 3);
  assert.deepEqual(mask.runsColumnMajor, Uint32Array.of(1, 2, 1, 2));
});

test('dense masks of any shape come back from their runs, which are canonical', () => {
  const random = seededRandom(3);
  for (let round = 0; round < 300; round++) {
    const width = randomInteger(random, 1, 90);
    const height = randomInteger(random, 1, 90);
    const dense = randomSpeckle(random, width * height, random());
    const mask = maskRunsFromRowMajor(dense, width, height);
    assert.deepEqual(rowMajorFromMaskRuns(mask), dense);
    assert.ok(mask.runsColumnMajor.subarray(1).every((run) => run > 0));
  }
});

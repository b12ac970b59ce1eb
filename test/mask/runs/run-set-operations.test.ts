import assert from 'node:assert/strict';
import test from 'node:test';
import { maskRunsFromColumnMajor } from '../../../src/mask/runs/dense-mask.js';
import { areaOfMaskRuns } from '../../../src/mask/runs/mask-extent.js';
import { maskIou, maskIouAbove, measuredMask } from '../../../src/mask/runs/mask-iou.js';
import { maskRuns } from '../../../src/mask/runs/mask-runs.js';
import { intersectionAreaAbove, unionOfMaskRuns } from '../../../src/mask/runs/run-set-operations.js';
import { randomBlobs, randomSpeckle } from '../../support/random-mask.js';
import { randomInteger, seededRandom } from '../../support/seeded-random.js';

function randomPair(random: () => number) {
  const width = randomInteger(random, 1, 50);
  const height = randomInteger(random, 1, 50);
  const draw = () =>
    random() < 0.5
      ? randomSpeckle(random, width * height, random())
      : randomBlobs(random, width, height, randomInteger(random, 0, 5));
  return { width, height, a: draw(), b: draw() };
}

test('what two masks share and what they have together are those of the pixels', () => {
  const random = seededRandom(11);
  for (let round = 0; round < 500; round++) {
    const { width, height, a, b } = randomPair(random);
    const runsA = maskRunsFromColumnMajor(a, width, height);
    const runsB = maskRunsFromColumnMajor(b, width, height);
    const ofPixels = (value: (inA: number, inB: number) => number) =>
      maskRunsFromColumnMajor(
        a.map((inA, at) => value(inA, b[at])),
        width,
        height,
      );
    const both = ofPixels((inA, inB) => inA & inB);
    const either = ofPixels((inA, inB) => inA | inB);
    assert.deepEqual(unionOfMaskRuns(runsA, runsB), either);
    const [areaA, areaB, shared] = [runsA, runsB, both].map(areaOfMaskRuns);
    for (const needed of [0, shared - 1, shared, shared + 1, Math.floor(shared * random())].filter(
      (each) => each >= 0,
    )) {
      assert.equal(intersectionAreaAbove(runsA, runsB, areaA, areaB, needed), shared > needed ? shared : 0);
    }
    const iou = areaOfMaskRuns(either) > 0 ? areaOfMaskRuns(both) / areaOfMaskRuns(either) : 0;
    assert.equal(maskIou(runsA, runsB), iou);
    // the bound by boxes and areas never hides an IoU that is above the threshold
    const thresh = random();
    assert.equal(maskIouAbove(measuredMask(runsA), measuredMask(runsB), thresh), iou > thresh ? iou : 0);
  }
});

test('masks of different sizes are refused', () => {
  const message = 'Expected two masks of one size but received 4 x 3 and 3 x 4';
  const [a, b] = [maskRuns(4, 3, [12]), maskRuns(3, 4, [12])];
  assert.throws(() => unionOfMaskRuns(a, b), { code: 'mask-size-mismatch', message });
  assert.throws(() => intersectionAreaAbove(a, b, 0, 0, 0), { code: 'mask-size-mismatch', message });
});

test('two empty masks have an IoU of 0', () => {
  assert.equal(maskIou(maskRuns(4, 3, [12]), maskRuns(4, 3, [12])), 0);
});

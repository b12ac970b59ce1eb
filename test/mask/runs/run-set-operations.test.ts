import assert from 'node:assert/strict';
import test from 'node:test';
import {
  maskRunsFromColumnMajor,
  maskRunsFromRowMajor,
  rowMajorFromMaskRuns,
} from '../../../src/mask/runs/dense-mask.js';
import { areaOfMaskRuns } from '../../../src/mask/runs/mask-extent.js';
import { maskIou, maskIouAbove, measuredMask } from '../../../src/mask/runs/mask-iou.js';
import { emptyMaskRuns } from '../../../src/mask/runs/mask-runs.js';
import {
  differenceOfMaskRuns,
  intersectionAreaOfMaskRuns,
  intersectionOfMaskRuns,
  unionOfMaskRuns,
} from '../../../src/mask/runs/run-set-operations.js';
import { maskRunsInImage } from '../../../src/mask/runs/uncrop.js';
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

test('and, or and subtract are those of the pixels', () => {
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
    assert.deepEqual(intersectionOfMaskRuns(runsA, runsB), both);
    assert.deepEqual(unionOfMaskRuns(runsA, runsB), either);
    assert.deepEqual(
      differenceOfMaskRuns(runsA, runsB),
      ofPixels((inA, inB) => inA & (1 - inB)),
    );
    assert.equal(intersectionAreaOfMaskRuns(runsA, runsB), areaOfMaskRuns(both));
    const iou = areaOfMaskRuns(either) > 0 ? areaOfMaskRuns(both) / areaOfMaskRuns(either) : 0;
    assert.equal(maskIou(runsA, runsB), iou);
    // the bound by boxes and areas never hides an IoU that is above the threshold
    const thresh = random();
    assert.equal(maskIouAbove(measuredMask(runsA), measuredMask(runsB), thresh), iou > thresh ? iou : 0);
  }
});

test('masks of different sizes are refused', () => {
  const message = 'Expected two masks of one size but received 4 x 3 and 3 x 4';
  for (const operation of [intersectionOfMaskRuns, unionOfMaskRuns, differenceOfMaskRuns, intersectionAreaOfMaskRuns]) {
    assert.throws(() => operation(emptyMaskRuns(4, 3), emptyMaskRuns(3, 4)), { code: 'mask-size-mismatch', message });
  }
});

test('two empty masks have an IoU of 0', () => {
  assert.equal(maskIou(emptyMaskRuns(4, 3), emptyMaskRuns(4, 3)), 0);
});

test('a crop goes where it was cut from', () => {
  const random = seededRandom(12);
  for (let round = 0; round < 300; round++) {
    const imageWidth = randomInteger(random, 1, 40);
    const imageHeight = randomInteger(random, 1, 40);
    const width = randomInteger(random, 1, imageWidth);
    const height = randomInteger(random, 1, imageHeight);
    const x0 = randomInteger(random, 0, imageWidth - width);
    const y0 = randomInteger(random, 0, imageHeight - height);
    const crop = randomSpeckle(random, width * height, random());
    const image = new Uint8Array(imageWidth * imageHeight);
    for (let y = 0; y < height; y++) image.set(crop.subarray(y * width, (y + 1) * width), (y0 + y) * imageWidth + x0);
    const inImage = maskRunsInImage(maskRunsFromRowMajor(crop, width, height), x0, y0, imageWidth, imageHeight);
    assert.deepEqual(rowMajorFromMaskRuns(inImage), image);
    assert.deepEqual(inImage, maskRunsFromRowMajor(image, imageWidth, imageHeight));
  }
});

test('a crop outside of the image is refused', () => {
  assert.throws(() => maskRunsInImage(emptyMaskRuns(4, 3), 7, 0, 10, 10), {
    code: 'mask-size-mismatch',
    message: 'Expected a crop within 10 x 10 pixels but received 4 x 3 at 7, 0',
  });
});

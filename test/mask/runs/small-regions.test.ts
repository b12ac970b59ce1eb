import assert from 'node:assert/strict';
import test from 'node:test';
import { maskRunsFromCocoRle } from '../../../src/mask/runs/coco-rle.js';
import { largestComponentAreaOfMaskRuns } from '../../../src/mask/runs/components.js';
import { maskRunsFromRowMajor, rowMajorFromMaskRuns } from '../../../src/mask/runs/dense-mask.js';
import { withoutSmallHoles, withoutSmallIslands, withoutSmallRegions } from '../../../src/mask/runs/small-regions.js';
import { denseLargestComponentArea, denseWithoutSmallRegions } from '../../support/dense-regions.js';
import { drawn } from '../../support/drawn-mask.js';
import { readJsonFixture } from '../../support/fixture.js';
import { randomBlobs, randomSpeckle } from '../../support/random-mask.js';
import { randomInteger, seededRandom } from '../../support/seeded-random.js';

interface GoldenCase {
  width: number;
  height: number;
  minArea: number;
  counts: string;
  filledCounts: string;
  cleanedCounts: string;
  changed: boolean;
  largestComponentArea: number;
}

const golden = readJsonFixture<GoldenCase[]>('small-regions/golden.json');

test('agrees with OpenCV and the rules of the reference', () => {
  for (const { width, height, minArea, changed, ...expected } of golden) {
    const maskOf = (counts: string) => maskRunsFromCocoRle({ size: [height, width], counts });
    const mask = maskOf(expected.counts);
    assert.deepEqual(withoutSmallHoles(mask, minArea).mask, maskOf(expected.filledCounts));
    assert.deepEqual(withoutSmallRegions(mask, minArea), { mask: maskOf(expected.cleanedCounts), changed });
    assert.equal(largestComponentAreaOfMaskRuns(mask), expected.largestComponentArea);
  }
});

test('agrees with plain connected components on random masks, exactly', () => {
  const random = seededRandom(4);
  for (let round = 0; round < 1500; round++) {
    const width = randomInteger(random, 1, 70);
    const height = randomInteger(random, 1, 70);
    const minArea = randomInteger(random, 0, 10 ** randomInteger(random, 0, 3));
    const dense =
      round % 2 === 0
        ? randomSpeckle(random, width * height, random())
        : randomBlobs(random, width, height, randomInteger(random, 1, 15));
    const mask = maskRunsFromRowMajor(dense, width, height);
    const ours = withoutSmallRegions(mask, minArea);
    const plain = denseWithoutSmallRegions(dense, width, height, minArea);
    assert.deepEqual(rowMajorFromMaskRuns(ours.mask), plain.mask);
    assert.equal(ours.changed, plain.changed);
    assert.equal(largestComponentAreaOfMaskRuns(mask), denseLargestComponentArea(dense, width, height));
  }
});

test('a hole of minArea - 1 pixels is filled, one of minArea stays', () => {
  const mask = drawn('########', '#..##..#', '#.###..#', '########');
  assert.deepEqual(withoutSmallHoles(mask, 4), {
    mask: drawn('########', '#####..#', '#####..#', '########'),
    changed: true,
  });
  assert.deepEqual(withoutSmallHoles(mask, 3), { mask, changed: false });
});

test('a hole at the edge of the image is filled too', () => {
  const mask = drawn('.###', '####', '####');
  assert.deepEqual(withoutSmallHoles(mask, 2).mask, drawn('####', '####', '####'));
});

test('pixels that touch at a corner are one region', () => {
  const islands = drawn('#.....', '.#....', '..#...', '.....#');
  assert.deepEqual(withoutSmallIslands(islands, 3).mask, drawn('#.....', '.#....', '..#...', '......'));
  const holes = drawn('######', '##.###', '#.####', '####.#', '######');
  assert.deepEqual(withoutSmallHoles(holes, 2).mask, drawn('######', '##.###', '#.####', '######', '######'));
});

test('the foot of a column does not touch the head of the next', () => {
  const mask = drawn('.#.', '...', '...', '#..');
  assert.equal(largestComponentAreaOfMaskRuns(mask), 1);
});

test('if every island is small the largest stays, and it counts as a change', () => {
  assert.deepEqual(withoutSmallIslands(drawn('#.##', '....', '#...'), 10), {
    mask: drawn('..##', '....', '....'),
    changed: true,
  });
  const single = drawn('....', '.##.', '....');
  assert.deepEqual(withoutSmallIslands(single, 10), { mask: single, changed: true });
});

test('among islands of equal size the one that OpenCV labels first stays', () => {
  // the right pixel is higher, but the left one lies in an earlier block of 2 x 2
  assert.deepEqual(withoutSmallIslands(drawn('....#', '#....', '.....'), 5).mask, drawn('.....', '#....', '.....'));
});

test('holes are filled before islands are dropped', () => {
  // 8 pixels around a hole of 1: only with the hole filled is the island large enough
  const ring = drawn('.....', '.###.', '.#.#.', '.###.', '.....', '.....', '....#');
  assert.deepEqual(
    withoutSmallRegions(ring, 9).mask,
    drawn('.....', '.###.', '.###.', '.###.', '.....', '.....', '.....'),
  );
});

test('an empty mask stays empty unless the image itself is smaller than minArea', () => {
  const empty = drawn('...', '...');
  assert.deepEqual(withoutSmallRegions(empty, 6), { mask: empty, changed: false });
  assert.deepEqual(withoutSmallRegions(empty, 7), { mask: drawn('###', '###'), changed: true });
});

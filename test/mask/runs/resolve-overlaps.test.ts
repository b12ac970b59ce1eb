import assert from 'node:assert/strict';
import test from 'node:test';
import { maskRunsFromRowMajor } from '../../../src/mask/runs/dense-mask.js';
import { masksWithoutOverlaps, type OverlapPriority } from '../../../src/mask/runs/resolve-overlaps.js';
import { drawn } from '../../support/drawn-mask.js';
import { randomBlobs, randomSpeckle } from '../../support/random-mask.js';
import { randomInteger, seededRandom } from '../../support/seeded-random.js';

const whole = drawn('######', '######', '######');
const part = drawn('......', '.##...', '......');
const empty = drawn('......', '......', '......');
const crossing = drawn('..#...', '..#...', '..#...');

test('the smaller mask wins', () => {
  assert.deepEqual(masksWithoutOverlaps([whole, part, crossing], { wins: 'smaller' }), [
    drawn('##.###', '#..###', '##.###'),
    part,
    drawn('..#...', '......', '..#...'),
  ]);
});

test('the higher-scored mask wins, even if that leaves nothing of another', () => {
  assert.deepEqual(masksWithoutOverlaps([whole, part, crossing], { wins: 'higher-scored', scores: [0.8, 0.7, 0.9] }), [
    drawn('##.###', '##.###', '##.###'),
    empty,
    crossing,
  ]);
});

test('between equals the lower index wins', () => {
  const left = drawn('##.');
  const right = drawn('.##');
  assert.deepEqual(masksWithoutOverlaps([left, right], { wins: 'smaller' }), [left, drawn('..#')]);
  assert.deepEqual(masksWithoutOverlaps([right, left], { wins: 'higher-scored', scores: [1, 1] }), [
    right,
    drawn('#..'),
  ]);
});

test('no masks make no partition, and empty masks stay empty', () => {
  assert.deepEqual(masksWithoutOverlaps([], { wins: 'smaller' }), []);
  assert.deepEqual(masksWithoutOverlaps([empty, part], { wins: 'smaller' }), [empty, part]);
});

test('masks of different sizes are refused', () => {
  assert.throws(() => masksWithoutOverlaps([part, drawn('###', '###')], { wins: 'smaller' }), {
    code: 'mask-size-mismatch',
  });
});

test('every pixel goes to the mask that a plain comparison gives it to', () => {
  const random = seededRandom(14);
  for (let round = 0; round < 200; round++) {
    const width = randomInteger(random, 1, 30);
    const height = randomInteger(random, 1, 30);
    const dense = Array.from({ length: randomInteger(random, 1, 12) }, () =>
      random() < 0.3
        ? randomSpeckle(random, width * height, random())
        : randomBlobs(random, width, height, randomInteger(random, 0, 4)),
    );
    const masks = dense.map((mask) => maskRunsFromRowMajor(mask, width, height));
    const scores = dense.map(() => Math.round(random() * 4) / 4);
    const areas = dense.map((mask) => mask.reduce((sum, value) => sum + value, 0));
    for (const priority of [{ wins: 'smaller' }, { wins: 'higher-scored', scores }] satisfies OverlapPriority[]) {
      const keys = priority.wins === 'smaller' ? areas : scores.map((score) => -score);
      const expected = dense.map(() => new Uint8Array(width * height));
      for (let at = 0; at < width * height; at++) {
        let winner = -1;
        for (let mask = 0; mask < dense.length; mask++) {
          if (dense[mask][at] === 1 && (winner < 0 || keys[mask] < keys[winner])) winner = mask;
        }
        if (winner >= 0) expected[winner][at] = 1;
      }
      assert.deepEqual(
        masksWithoutOverlaps(masks, priority),
        expected.map((mask) => maskRunsFromRowMajor(mask, width, height)),
      );
    }
  }
});

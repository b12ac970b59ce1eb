import assert from 'node:assert/strict';
import test from 'node:test';
import { maskRunsFromRowMajor } from '../../../src/mask/runs/dense-mask.js';
import { measuredMask } from '../../../src/mask/runs/mask-iou.js';
import { maskNms, rankedByScore } from '../../../src/mask/runs/mask-nms.js';
import type { MaskRuns } from '../../../src/mask/runs/mask-runs.js';
import { drawn } from '../../support/drawn-mask.js';
import { randomBlobs } from '../../support/random-mask.js';
import { randomInteger, seededRandom } from '../../support/seeded-random.js';

const kept = (masks: readonly MaskRuns[], scores: readonly number[], iouThresh: number) =>
  maskNms(masks.map(measuredMask), scores, iouThresh);

test('crossing objects with the same box both stay', () => {
  const falling = drawn('#...', '.#..', '..#.', '...#');
  const rising = drawn('...#', '..#.', '.#..', '#...');
  assert.deepEqual(kept([falling, rising], [0.9, 0.8], 0.7), [0, 1]);
});

test('an IoU above the threshold suppresses, one of exactly the threshold does not', () => {
  const four = drawn('####....');
  const three = drawn('###.....');
  assert.deepEqual(kept([four, three], [0.9, 0.8], 0.75), [0, 1]);
  assert.deepEqual(kept([four, three], [0.9, 0.8], 0.74), [0]);
  // an IoU of 3 / 5 that boxes and areas do not tell
  const [square, hook] = [drawn('##.', '##.'), drawn('##.', '#.#')];
  assert.deepEqual(kept([square, hook], [0.9, 0.8], 0.6), [0, 1]);
  assert.deepEqual(kept([square, hook], [0.9, 0.8], 0.59), [0]);
});

test('the better score wins, and among equals the lower index', () => {
  const mask = drawn('####....');
  assert.deepEqual(kept([mask, mask, mask], [0.8, 0.9, 0.9], 0.7), [1]);
  assert.deepEqual(rankedByScore([0.5, 0.9, 0.5, 0.9]), [1, 3, 0, 2]);
});

test('a suppressed mask suppresses nothing', () => {
  const [a, b, c] = [drawn('####....'), drawn('.####...'), drawn('..####..')];
  // neighbours have an IoU of 3/5, first and last of 2/6
  assert.deepEqual(kept([a, b, c], [0.9, 0.8, 0.7], 0.5), [0, 2]);
});

test('keeps what a plain comparison of pixels keeps', () => {
  const random = seededRandom(13);
  for (let round = 0; round < 60; round++) {
    const width = randomInteger(random, 5, 40);
    const height = randomInteger(random, 5, 40);
    const dense = Array.from({ length: 25 }, () => randomBlobs(random, width, height, 2));
    const scores = dense.map(() => Math.round(random() * 10) / 10);
    const thresh = random();
    const iou = (a: Uint8Array, b: Uint8Array) => {
      let both = 0;
      let either = 0;
      for (let at = 0; at < a.length; at++) {
        both += a[at] & b[at];
        either += a[at] | b[at];
      }
      return either > 0 ? both / either : 0;
    };
    const expected: number[] = [];
    const order = scores
      .map((score, index) => ({ score, index }))
      .sort((a, b) => b.score - a.score || a.index - b.index);
    for (const { index } of order) {
      if (expected.every((better) => iou(dense[better], dense[index]) <= thresh)) expected.push(index);
    }
    const masks = dense.map((mask) => maskRunsFromRowMajor(mask, width, height));
    assert.deepEqual(kept(masks, scores, thresh), expected);
  }
});

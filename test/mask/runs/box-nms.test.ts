import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxNms } from '../../../src/mask/runs/box-nms.js';

test('keeps the better of two that overlap, and says so best first', () => {
  const boxesXyxy = [0, 0, 10, 10, 1, 0, 11, 10, 20, 20, 30, 30];
  assert.deepEqual(boxNms(boxesXyxy, [0.9, 0.95, 0.99], 0.7), [2, 1]);
});

test('an IoU of exactly the threshold suppresses nothing', () => {
  // 10x10 and 10x5 inside it: IoU 0.5, no + 1 in the areas
  const boxesXyxy = [0, 0, 10, 10, 0, 0, 10, 5];
  assert.deepEqual(boxNms(boxesXyxy, [1, 0.5], 0.5), [0, 1]);
  assert.deepEqual(boxNms(boxesXyxy, [1, 0.5], 0.4999), [0]);
});

test('of equal scores the lower index wins', () => {
  const boxesXyxy = [5, 5, 9, 9, 0, 0, 10, 10, 0, 0, 10, 10, 0, 0, 10, 10];
  assert.deepEqual(boxNms(boxesXyxy, [0.9, 0.9, 0.9, 0.9], 0.7), [0, 1]);
});

test('what a suppressed box overlaps is not suppressed by it', () => {
  // a chain: 0 drops 1, so 1 cannot drop 2
  const boxesXyxy = [0, 0, 10, 10, 2, 0, 12, 10, 4, 0, 14, 10];
  assert.deepEqual(boxNms(boxesXyxy, [0.9, 0.8, 0.7], 0.6), [0, 2]);
});

test('boxes of no area drop nothing and are not dropped', () => {
  assert.deepEqual(boxNms([3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 9, 9], [0.9, 0.8, 0.7], 0.7), [0, 1, 2]);
});

test('nothing in, nothing out', () => {
  assert.deepEqual(boxNms([], [], 0.7), []);
});

test('wants four coordinates to a score', () => {
  assert.throws(() => boxNms([0, 0, 1], [1], 0.7), {
    name: 'RangeError',
    message: 'Expected 4 coordinates for 1 scores but received 3',
  });
});

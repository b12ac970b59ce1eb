import assert from 'node:assert/strict';
import test from 'node:test';
import { correctingClick } from '../../../bench/support/correcting-click.js';
import { drawn } from '../../support/drawn-mask.js';

const object = drawn('.......', '.###...', '.###...', '.###...', '.......');

test('the next click says what is missing, at the middle of the largest error', () => {
  const cornerOnly = drawn('.......', '...#...', '.......', '.......', '.......');
  assert.deepEqual(correctingClick(cornerOnly, object), { x: 2, y: 2, label: 1 });
});

test('it says what is too much where that is the larger error', () => {
  const other = drawn('.......', '.##.###', '.######', '.######', '.......');
  assert.deepEqual(correctingClick(other, object), { x: 5, y: 2, label: 0 });
});

test('of equal errors the missing part comes first, and a perfect mask needs no click', () => {
  const shifted = drawn('.......', '..###..', '..###..', '..###..', '.......');
  assert.deepEqual(correctingClick(shifted, object), { x: 1, y: 1, label: 1 });
  assert.equal(correctingClick(object, object), undefined);
});

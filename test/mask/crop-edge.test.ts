import assert from 'node:assert/strict';
import { test } from 'node:test';
import { touchesCropEdge } from '../../src/mask/crop-edge.js';

const WIDTH = 600;
const HEIGHT = 400;
/** Right half of the picture. */
const CROP = [300, 0, 600, 400];

test('a mask at the edge of a crop inside the picture touches it', () => {
  assert.equal(touchesCropEdge([5, 100, 50, 150], CROP, WIDTH, HEIGHT), true);
});

test('the tolerance is 20 pixels, inclusive', () => {
  assert.equal(touchesCropEdge([20, 100, 50, 150], CROP, WIDTH, HEIGHT), true);
  assert.equal(touchesCropEdge([21, 100, 50, 150], CROP, WIDTH, HEIGHT), false);
  assert.equal(touchesCropEdge([21, 100, 50, 150], CROP, WIDTH, HEIGHT, 30), true);
});

test('edges of the picture do not count', () => {
  assert.equal(touchesCropEdge([100, 0, 299, 399], CROP, WIDTH, HEIGHT), false);
  assert.equal(touchesCropEdge([0, 0, 599, 399], [0, 0, WIDTH, HEIGHT], WIDTH, HEIGHT), false);
});

test('a crop edge near an edge of the picture does not count while the box is near both', () => {
  const crop = [10, 0, 600, 400];
  // 8 pixels from the crop's edge and 18 from the picture's
  assert.equal(touchesCropEdge([8, 100, 200, 200], crop, WIDTH, HEIGHT), false);
  // 15 and 25
  assert.equal(touchesCropEdge([15, 100, 200, 200], crop, WIDTH, HEIGHT), true);
});

test('right and bottom edges are where the crop ends, one past its last pixel', () => {
  const crop = [0, 0, 300, 200];
  assert.equal(touchesCropEdge([100, 100, 279, 150], crop, WIDTH, HEIGHT), false);
  assert.equal(touchesCropEdge([100, 100, 280, 150], crop, WIDTH, HEIGHT), true);
  assert.equal(touchesCropEdge([100, 100, 150, 180], crop, WIDTH, HEIGHT), true);
});

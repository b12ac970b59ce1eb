import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spreadOrder } from '../../../src/amg/points/spread-order.js';
import { unitPointGridsByLayer } from '../../../src/amg/points/unit-grids.js';
import { seededRandom } from '../../support/seeded-random.js';

/** Unit vectors that change slowly over the grid, as embeddings do. */
function featuresOf(side: number, channels: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const waves = Array.from({ length: channels }, () => [6 * random(), 6 * random(), 6 * random()]);
  const features = new Float32Array(side * side * channels);
  for (let i = 0; i < side * side; i++) {
    const values = waves.map(([a, b, c]) => Math.sin((a * (i % side)) / side + (b * Math.floor(i / side)) / side + c));
    const length = Math.hypot(...values);
    features.set(
      values.map((value) => value / length),
      i * channels,
    );
  }
  return features;
}

/** The rule in its plainest form: every distance to every point before, each time. */
function plainOrder(unitGrid: Float64Array, features: Float32Array, count: number): number[] {
  const points = unitGrid.length / 2;
  const channels = features.length / points;
  const distance = (i: number, j: number) => {
    let product = 0;
    for (let c = 0; c < channels; c++) product += features[i * channels + c] * features[j * channels + c];
    const [dx, dy] = [0, 1].map((axis) => unitGrid[2 * i + axis] - unitGrid[2 * j + axis]);
    return 0.02 * 32 * 32 * (dx ** 2 + dy ** 2) + 1 - product;
  };
  const order = [(points + Math.sqrt(points)) / 2];
  while (order.length < count) {
    let [best, farthest] = [-1, -1];
    for (let i = 0; i < points; i++) {
      if (order.includes(i)) continue;
      const nearest = Math.min(...order.map((j) => distance(i, j)));
      if (nearest > farthest) [best, farthest] = [i, nearest];
    }
    order.push(best);
  }
  return order;
}

test('each point is the one farthest from all before, in looks and place', () => {
  for (const [side, seed] of [
    [8, 1],
    [12, 2],
    [16, 3],
  ]) {
    const [unitGrid] = unitPointGridsByLayer(side, 0, 1);
    const features = featuresOf(side, 5, seed);
    const count = (side * side) >> 1;
    assert.deepEqual([...spreadOrder(unitGrid, features, count)], plainOrder(unitGrid, features, count));
  }
});

test('fewer points are the beginning of the same order, and all points are each there once', () => {
  const [unitGrid] = unitPointGridsByLayer(16, 0, 1);
  const features = featuresOf(16, 4, 4);
  const all = spreadOrder(unitGrid, features, 1000);
  assert.deepEqual(
    [...all].sort((a, b) => a - b),
    Array.from({ length: 256 }, (_, i) => i),
  );
  assert.deepEqual(spreadOrder(unitGrid, features, 40), all.subarray(0, 40));
});

test('points that look alike are spread over the image', () => {
  const [unitGrid] = unitPointGridsByLayer(9, 0, 1);
  const alike = new Float32Array(81).fill(1);
  const corners = [0, 8, 72, 80];
  const [first, ...rest] = spreadOrder(unitGrid, alike, 5);
  assert.equal(first, 40);
  assert.deepEqual(
    rest.sort((a, b) => a - b),
    corners,
  );
});

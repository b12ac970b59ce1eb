import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { batchesOf } from '../../../src/amg/points/batches.js';
import { unitPointGridsFromLists } from '../../../src/amg/points/explicit-grids.js';
import { gridPoints } from '../../../src/amg/points/grid-points.js';
import { unitPointGridsByLayer } from '../../../src/amg/points/unit-grids.js';
import { readJsonFixture } from '../../support/fixture.js';

const golden = readJsonFixture<{
  grids: { pointsPerSide: number; sha256: string; valuesXy?: number[] }[];
  layerGrids: {
    pointsPerSide: number;
    cropNLayers: number;
    downscaleFactor: number;
    pointsPerSideByLayer: number[];
  }[];
}>('amg/golden.json');

/** The grid of the whole image. */
function unitPointGrid(pointsPerSide: number): Float64Array {
  return unitPointGridsByLayer(pointsPerSide, 0, 1)[0];
}

test('points sit at (i + 0.5) / n, x fastest', () => {
  assert.deepEqual(unitPointGrid(1), Float64Array.of(0.5, 0.5));
  assert.deepEqual(unitPointGrid(2), Float64Array.of(0.25, 0.25, 0.75, 0.25, 0.25, 0.75, 0.75, 0.75));
});

test('grids are those of the reference, to the bit', () => {
  for (const { pointsPerSide, sha256, valuesXy } of golden.grids) {
    const grid = unitPointGrid(pointsPerSide);
    if (valuesXy) assert.deepEqual(Array.from(grid), valuesXy);
    const digest = createHash('sha256').update(new Uint8Array(grid.buffer)).digest('hex');
    assert.equal(digest, sha256, `${pointsPerSide} points per side`);
  }
});

test('layers have the grids of the reference', () => {
  for (const { pointsPerSide, cropNLayers, downscaleFactor, pointsPerSideByLayer } of golden.layerGrids) {
    assert.deepEqual(
      unitPointGridsByLayer(pointsPerSide, cropNLayers, downscaleFactor),
      pointsPerSideByLayer.map((points) => unitPointGrid(points)),
    );
  }
});

test('a layer without a point is refused', () => {
  assert.throws(() => unitPointGridsByLayer(4, 2, 3), {
    code: 'bad-point-grid',
    message: 'Expected at least 1 point per side in crop layer 2 but received 4 / 3^2',
  });
  assert.throws(() => unitPointGrid(0), {
    message: 'Expected an integer of at least 1 for points per side but received 0',
  });
});

test('points scale with the crop and come in batches, the grid of its layer', () => {
  const points = gridPoints([Float64Array.of(0.5, 0.5), Float64Array.of(0.25, 0.5, 1, 0, 0, 1)]);
  const crop = { boxXyxy: [10, 20, 110, 80], layer: 1 } as const;
  assert.equal(points.countIn(crop), 3);
  const inCrop = points.pointsIn(crop, { width: 100, height: 60, featuresAt: () => new Float32Array() });
  assert.deepEqual(batchesOf(inCrop, 2), [Float64Array.of(25, 30, 100, 0), Float64Array.of(0, 60)]);
});

test('a share of a grid is the points that look least alike', () => {
  const unitGrid = unitPointGrid(16);
  // the right half of the image looks like nothing else, the left half all the same
  const featuresAt = (pointsXy: Float64Array) => {
    const count = pointsXy.length / 2;
    const features = new Float32Array(count * (count + 1));
    for (let i = 0; i < count; i++) features[i * (count + 1) + (pointsXy[2 * i] > 50 ? i + 1 : 0)] = 1;
    return features;
  };
  const points = gridPoints([unitGrid], 0.4);
  const crop = { boxXyxy: [0, 0, 100, 100], layer: 0 } as const;
  assert.equal(points.countIn(crop), 102);
  const asked = points.pointsIn(crop, { width: 100, height: 100, featuresAt });
  const onTheLeft = [...asked].filter((x, i) => i % 2 === 0 && x < 50).length;
  assert.equal(asked.length / 2, 102);
  assert.ok(onTheLeft < 20, `${onTheLeft} points where all looks the same`);
});

test('explicit grids are taken layer by layer', () => {
  assert.deepEqual(
    unitPointGridsFromLists(
      [
        [[0.5, 0.5]],
        [
          [0, 1],
          [0.25, 0.75],
        ],
      ],
      1,
    ),
    [Float64Array.of(0.5, 0.5), Float64Array.of(0, 1, 0.25, 0.75)],
  );
});

const refusals: [value: unknown, message: string][] = [
  [{ grid: [] }, 'Expected a list of grids, one for each crop layer, for point grids but received {"grid":[]}'],
  [undefined, 'Expected a list of grids, one for each crop layer, for point grids but received undefined'],
  [[[[0.5, 0.5]]], 'Expected 2 grids (the whole image and 1 crop layers) but received 1'],
  [[[[0.5, 0.5]], []], 'Expected a list of points for grid 1 but received []'],
  [[[[0.5, 0.5]], [0.5, 0.5]], 'Expected [x, y] between 0 and 1 for point 0 of grid 1 but received 0.5'],
  [
    [
      [
        [0.5, 0.5],
        [0.5, 1.5],
      ],
      [[0, 0]],
    ],
    'Expected [x, y] between 0 and 1 for point 1 of grid 0 but received [0.5,1.5]',
  ],
  [[[[0.5, 0.5, 1]], [[0, 0]]], 'Expected [x, y] between 0 and 1 for point 0 of grid 0 but received [0.5,0.5,1]'],
  [[[['0.5', 0.5]], [[0, 0]]], 'Expected [x, y] between 0 and 1 for point 0 of grid 0 but received ["0.5",0.5]'],
];

for (const [value, message] of refusals) {
  test(`refuses explicit grids: ${message}`, () => {
    assert.throws(() => unitPointGridsFromLists(value, 1), { code: 'bad-point-grid', message });
  });
}

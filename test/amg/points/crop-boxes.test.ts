import assert from 'node:assert/strict';
import test from 'node:test';
import { type CropBox, cropBoxesOfImage } from '../../../src/amg/points/crop-boxes.js';
import { isBoxNearCropEdge } from '../../../src/amg/selection/crop-edge.js';
import { readJsonFixture } from '../../support/fixture.js';

const golden = readJsonFixture<{
  crops: { width: number; height: number; cropNLayers: number; cropOverlapRatio: number; crops: CropBox[] }[];
  edges: { boxInCropXyxy: number[]; cropXyxy: number[]; imageXyxy: number[]; near: boolean }[];
}>('amg/golden.json');

test('crop boxes are those of the reference, in its order', () => {
  for (const { width, height, cropNLayers, cropOverlapRatio, crops } of golden.crops) {
    assert.deepEqual(cropBoxesOfImage(width, height, cropNLayers, cropOverlapRatio), crops);
  }
});

test('two layers are 21 crops, each layer covering the image', () => {
  const crops = cropBoxesOfImage(1001, 667, 2, 512 / 1500);
  assert.equal(crops.length, 21);
  for (const layer of [0, 1, 2]) {
    const boxes = crops.filter((crop) => crop.layer === layer).map((crop) => crop.boxXyxy);
    for (let y = 0; y < 667; y += 3) {
      for (let x = 0; x < 1001; x += 4) {
        assert.ok(boxes.some(([x0, y0, x1, y1]) => x0 <= x && x < x1 && y0 <= y && y < y1));
      }
    }
  }
});

test('crops without pixels are left out', () => {
  assert.deepEqual(
    cropBoxesOfImage(1, 1, 1, 0).map((crop) => crop.boxXyxy),
    [
      [0, 0, 1, 1],
      [0, 0, 1, 1],
    ],
  );
  for (const { boxXyxy } of cropBoxesOfImage(5, 3, 3, 0.1)) {
    const [x0, y0, x1, y1] = boxXyxy;
    assert.ok(0 <= x0 && x0 < x1 && x1 <= 5 && 0 <= y0 && y0 < y1 && y1 <= 3);
  }
});

test('the crop-edge rule is that of the reference', () => {
  for (const { boxInCropXyxy, cropXyxy, imageXyxy, near } of golden.edges) {
    assert.equal(
      isBoxNearCropEdge(boxInCropXyxy, cropXyxy, imageXyxy),
      near,
      JSON.stringify({ boxInCropXyxy, cropXyxy, imageXyxy }),
    );
  }
});

test('20 pixels from a crop edge are near, 21 are not, and edges of the image do not count', () => {
  const image = [0, 0, 400, 300];
  const crop = [100, 0, 300, 300];
  assert.equal(isBoxNearCropEdge([20, 50, 100, 100], crop, image), true);
  assert.equal(isBoxNearCropEdge([21, 50, 100, 100], crop, image), false);
  assert.equal(isBoxNearCropEdge([50, 50, 180, 100], crop, image), true);
  assert.equal(isBoxNearCropEdge([50, 50, 179, 100], crop, image), false);
  assert.equal(isBoxNearCropEdge([50, 0, 100, 299], crop, image), false);
  assert.equal(isBoxNearCropEdge([0, 0, 399, 299], image, image), false);
});

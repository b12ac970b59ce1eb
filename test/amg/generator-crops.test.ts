import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MaskGenerator } from '../../src/amg/generator.js';
import { cropBoxesOfImage } from '../../src/amg/points/crop-boxes.js';
import { settingsOfPreset } from '../../src/amg/presets.js';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import { greySquare, PaintedModel } from '../support/painted-model.js';

// crops of layer 1 are 343 pixels and begin at 0 and 169
const SIDE = 512;
const image = greySquare(SIDE);
const NOTHING = [{ cellsXyxy: [0, 0, 0, 0], iou: 0 }] as const;
const oneLayer = { cropNLayers: 1, pointsPerSide: 1 };

/** A grey image with its position written in each pixel. */
function numberedSquare(side: number) {
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) data.set([i & 255, (i >> 8) & 255, i >> 16], 3 * i);
  return { data, width: side, height: side };
}

describe('crop layers', () => {
  it('looks at the whole image, then at crops of its own resolution', async () => {
    const numbered = numberedSquare(SIDE);
    const model = new PaintedModel(() => NOTHING);
    await new MaskGenerator(model, { ...oneLayer, cropOverlapRatio: 0.5 }).generate(numbered);
    const crops = cropBoxesOfImage(SIDE, SIDE, 1, 0.5).map((crop) => crop.boxXyxy);
    assert.equal(crops.length, 5);
    assert.deepEqual(
      model.encoded.map(({ width, height }) => [width, height]),
      crops.map(([x0, y0, x1, y1]) => [x1 - x0, y1 - y0]),
    );
    for (const [i, [x0, y0]] of crops.entries()) {
      const { data, width, height } = model.encoded[i];
      for (const [x, y] of [
        [0, 0],
        [width - 1, 0],
        [7, height - 1],
      ]) {
        const [r, g, b] = data.subarray((y * width + x) * 3);
        assert.equal(r + (g << 8) + (b << 16), (y0 + y) * SIDE + x0 + x);
      }
    }
  });

  it('overlaps crops as much as asked', async () => {
    for (const [cropOverlapRatio, width] of [
      [0, 256],
      [0.25, 320],
    ]) {
      const model = new PaintedModel(() => NOTHING);
      await new MaskGenerator(model, { ...oneLayer, cropOverlapRatio }).generate(image);
      assert.equal(model.encoded[1].width, width);
    }
  });

  it('asks fewer points in each layer, and tells how far it is and in which crop', async () => {
    const model = new PaintedModel(() => NOTHING);
    const progress: [number, number][] = [];
    const crops: [number, number][] = [];
    const settings = { cropNLayers: 2, pointsPerSide: 8, cropNPointsDownscaleFactor: 2 };
    await new MaskGenerator(model, settings).generate(image, {
      onProgress: (done, total) => progress.push([done, total]),
      onCrop: (crop, of) => crops.push([crop, of]),
    });
    assert.deepEqual(model.batchSizes, [64, ...Array(4).fill(16), ...Array(16).fill(4)]);
    assert.deepEqual(progress.at(0), [64, 192]);
    assert.deepEqual(progress.at(-1), [192, 192]);
    assert.deepEqual(
      crops,
      Array.from({ length: 21 }, (_, i) => [i + 1, 21]),
    );
  });

  it('asks 3,072 points in 21 crops for sa1b', async () => {
    const model = new PaintedModel(() => NOTHING);
    await new MaskGenerator(model, settingsOfPreset('sa1b', {})).generate(image);
    assert.equal(model.encoded.length, 21);
    const points = model.batchSizes.reduce((sum, size) => sum + size, 0);
    assert.equal(points, 32 ** 2 + 4 * 16 ** 2 + 16 * 8 ** 2);
  });

  it('says nothing of crops when there are none', async () => {
    const crops: number[] = [];
    const model = new PaintedModel(() => NOTHING);
    await new MaskGenerator(model, { pointsPerSide: 1 }).generate(image, { onCrop: (crop) => crops.push(crop) });
    assert.deepEqual(crops, []);
  });

  it('asks the points of explicit grids, one grid a layer', async () => {
    const asked: number[][] = [];
    const model = new PaintedModel((x, y, crop) => {
      asked.push([crop, x, y]);
      return NOTHING;
    });
    const settings = {
      cropNLayers: 1,
      cropOverlapRatio: 0,
      pointGrids: [
        [[0.5, 0.25]],
        [
          [0.25, 0.75],
          [1, 0],
        ],
      ] as [number, number][][],
    };
    await new MaskGenerator(model, settings).generate(image);
    const inCrops = [1, 2, 3, 4].flatMap((crop) => [
      [crop, 64, 192],
      [crop, 256, 0],
    ]);
    assert.deepEqual(asked, [[0, 256, 128], ...inCrops]);
  });

  it('puts a mask of a crop where the crop is, with its point and its crop', async () => {
    // 343 pixels for 256 cells; crop 4 begins at 169, 169
    const model = new PaintedModel((_x, _y, crop) =>
      crop === 4 ? [{ cellsXyxy: [64, 96, 128, 160], iou: 0.9, logit: 50 }] : NOTHING,
    );
    const { masks } = await new MaskGenerator(model, oneLayer).generate(image);
    assert.equal(masks.length, 1);
    const [{ mask, area, boxXyxy, pointsXy, cropXyxy }] = masks;
    assert.deepEqual(cropXyxy, [169, 169, SIDE, SIDE]);
    assert.deepEqual(pointsXy, [[169 + 171.5, 169 + 171.5]]);
    const [x0, y0, x1, y1] = boxXyxy;
    for (const [side, cell] of [
      [x0, 64],
      [y0, 96],
      [x1, 128],
      [y1, 160],
    ]) {
      const expected = 169 + (cell * 343) / 256;
      assert.ok(Math.abs(side - expected) < 2, `${side} rather than ${expected}`);
    }
    assert.deepEqual([mask.width, mask.height], [SIDE, SIDE]);
    assert.deepEqual(measuredMask(mask), { mask, area, boxXyxy });
  });

  it('drops masks that the edge of a crop cuts, but not those at the edge of the image', async () => {
    // crop 1 is the upper left one: its left edge is the image's, its right edge is not
    const masksOf = (cellsXyxy: readonly [number, number, number, number]) =>
      new PaintedModel((_x, _y, crop) => (crop === 1 ? [{ cellsXyxy, iou: 0.9, logit: 50 }] : NOTHING));
    const generate = (model: PaintedModel) => new MaskGenerator(model, oneLayer).generate(image);
    assert.equal((await generate(masksOf([200, 40, 256, 100]))).masks.length, 0);
    assert.equal((await generate(masksOf([0, 40, 56, 100]))).masks.length, 1);
  });

  const SAME_IN_WHOLE = { cellsXyxy: [101, 101, 171, 171], iou: 0.99, logit: 50 } as const;
  // cells 101 to 171 of the whole are pixels 202 to 342, which are 33 to 173 in crop 4, cells 25 to 129
  const SAME_IN_CROP = { cellsXyxy: [25, 25, 129, 129], iou: 0.9, logit: 50 } as const;
  const seenTwice = () =>
    new PaintedModel((_x, _y, crop) => (crop === 0 ? [SAME_IN_WHOLE] : crop === 4 ? [SAME_IN_CROP] : NOTHING));

  it('prefers the mask of the smaller crop to a better one of the same object', async () => {
    const { masks } = await new MaskGenerator(seenTwice(), oneLayer).generate(image);
    assert.deepEqual(
      masks.map((mask) => mask.cropXyxy),
      [[169, 169, SIDE, SIDE]],
    );
  });

  it('calls them the same above crop-nms-thresh, and lists the smaller crops first', async () => {
    const settings = { ...oneLayer, cropNmsThresh: 1, boxNmsThresh: 0.1 };
    const { masks } = await new MaskGenerator(seenTwice(), settings).generate(image);
    assert.deepEqual(
      masks.map((mask) => mask.cropXyxy),
      [
        [169, 169, SIDE, SIDE],
        [0, 0, SIDE, SIDE],
      ],
    );
  });

  it('finds nothing where nothing is, crops or not', async () => {
    const model = new PaintedModel(() => NOTHING);
    const { masks } = await new MaskGenerator(model, { ...oneLayer, minMaskRegionArea: 100 }).generate(image);
    assert.deepEqual(masks, []);
  });
});

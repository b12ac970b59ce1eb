import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MaskGenerator } from '../../src/amg/generator.js';
import { areaOfMaskRuns } from '../../src/mask/runs/mask-extent.js';

import { greySquare, PaintedModel } from '../support/painted-model.js';

const SIDE = 256;
const image = greySquare(SIDE);

describe('MaskGenerator', () => {
  it('asks about the points of the grid, in batches', async () => {
    const asked: [number, number][] = [];
    const model = new PaintedModel((x, y) => {
      asked.push([x, y]);
      return [{ cellsXyxy: [0, 0, 10, 10], iou: 0 }];
    });
    const progress: [number, number][] = [];
    await new MaskGenerator(model, { pointsPerSide: 3, pointsPerBatch: 4 }).generate(image, {
      onProgress: (done, total) => progress.push([done, total]),
    });
    assert.equal(model.encoded.length, 1);
    assert.equal(model.encoded[0], image);
    assert.deepEqual(model.batchSizes, [4, 4, 1]);
    assert.deepEqual(progress, [
      [4, 9],
      [8, 9],
      [9, 9],
    ]);
    const side = [SIDE / 6, SIDE / 2, (SIDE * 5) / 6].map(Math.fround);
    const expected = side.flatMap((y) => side.map((x) => [x, y]));
    assert.deepEqual(asked, expected);
  });

  it('keeps a predicted IoU only above its threshold', async () => {
    const model = new PaintedModel(() => [
      { cellsXyxy: [0, 0, 40, 40], iou: Math.fround(0.88) },
      { cellsXyxy: [100, 100, 140, 140], iou: 0.8800001 },
      { cellsXyxy: [200, 200, 240, 240], iou: 0.5 },
    ]);
    const { masks } = await new MaskGenerator(model, { pointsPerSide: 1 }).generate(image);
    assert.deepEqual(
      masks.map((mask) => mask.predictedIou),
      [Math.fround(0.8800001)],
    );
  });

  it('keeps every predicted IoU where the threshold is 0, as the reference does', async () => {
    const model = new PaintedModel(() => [{ cellsXyxy: [0, 0, 40, 40], iou: -0.1 }]);
    const { masks } = await new MaskGenerator(model, { pointsPerSide: 1, predIouThresh: 0 }).generate(image);
    assert.equal(masks.length, 1);
  });

  it('calls masks of a crop duplicates above box-nms-thresh', async () => {
    // box IoU 0.8
    const model = new PaintedModel(() => [
      { cellsXyxy: [0, 0, 100, 100], iou: 0.95, logit: 50 },
      { cellsXyxy: [0, 0, 100, 80], iou: 0.9, logit: 50 },
    ]);
    for (const [boxNmsThresh, count] of [
      [0.9, 2],
      [0.75, 1],
    ]) {
      const { masks } = await new MaskGenerator(model, { pointsPerSide: 1, boxNmsThresh }).generate(image);
      assert.equal(masks.length, count);
    }
  });

  it('drops a mask whose outline moves with the cutoff', async () => {
    // with logits of +-1 no pixel is above +1 and none at or below -1 but the far ones: the score is far below 0.95
    const model = new PaintedModel(() => [
      { cellsXyxy: [0, 0, 60, 60], iou: 0.99, logit: 1 },
      { cellsXyxy: [100, 100, 160, 160], iou: 0.9, logit: 50 },
    ]);
    const { masks } = await new MaskGenerator(model, { pointsPerSide: 1 }).generate(image);
    assert.equal(masks.length, 1);
    assert.equal(masks[0].predictedIou, Math.fround(0.9));
    assert.ok(masks[0].stabilityScore >= 0.95);
  });

  it('keeps the better of two masks of one object, the earlier of two alike, and orders by predicted IoU', async () => {
    const model = new PaintedModel((x) =>
      x < SIDE / 2
        ? [
            { cellsXyxy: [0, 0, 100, 100], iou: 0.9 },
            { cellsXyxy: [150, 150, 250, 250], iou: 0.95 },
          ]
        : [
            { cellsXyxy: [0, 0, 100, 99], iou: 0.9 },
            { cellsXyxy: [150, 150, 250, 249], iou: 0.97 },
          ],
    );
    const { masks } = await new MaskGenerator(model, { pointsPerSide: 2 }).generate(image);
    assert.deepEqual(
      masks.map(({ boxXyxy, predictedIou, pointsXy }) => ({ boxXyxy, predictedIou, pointsXy })),
      [
        // the second column of the grid found the better one, its first row first
        { boxXyxy: [150, 150, 249, 248], predictedIou: Math.fround(0.97), pointsXy: [[192, 64]] },
        { boxXyxy: [0, 0, 99, 99], predictedIou: Math.fround(0.9), pointsXy: [[64, 64]] },
      ],
    );
  });

  it('measures the mask in the image: pixels, area, outermost pixels', async () => {
    const model = new PaintedModel(() => [{ cellsXyxy: [16, 32, 48, 96], iou: 0.9, logit: 50 }]);
    const { masks } = await new MaskGenerator(model, { pointsPerSide: 1 }).generate(greySquare(512));
    const [{ mask, area, boxXyxy, cropXyxy }] = masks;
    assert.deepEqual([mask.width, mask.height], [512, 512]);
    // 2 pixels a cell; between +50 and -50 the outline lies in the middle of two cells' centres, which is their border
    assert.deepEqual(boxXyxy, [32, 64, 95, 191]);
    assert.equal(areaOfMaskRuns(mask), area);
    // corners are rounded by the bilinear resize
    assert.ok(area <= 64 * 128 && area >= 64 * 128 - 16, `${area}`);
    assert.deepEqual(cropXyxy, [0, 0, 512, 512]);
  });

  it('finds nothing in an image without masks', async () => {
    const model = new PaintedModel(() => [{ cellsXyxy: [0, 0, 0, 0], iou: 0.99 }]);
    assert.deepEqual((await new MaskGenerator(model, { pointsPerSide: 4 }).generate(image)).masks, []);
  });

  it('asks so many points at most as the budget says, and crops as their grids share it', async () => {
    const model = new PaintedModel(() => [{ cellsXyxy: [0, 0, 0, 0], iou: 0.99 }]);
    const progress: [number, number][] = [];
    const settings = { pointsPerSide: 8, cropNLayers: 1, cropNPointsDownscaleFactor: 2, pointsBudget: 64 };
    await new MaskGenerator(model, settings).generate(image, { onProgress: (...counts) => progress.push(counts) });
    // 8 x 8 and four times 4 x 4 points, half of each
    assert.deepEqual(model.batchSizes, [32, 8, 8, 8, 8]);
    assert.deepEqual(progress.at(-1), [64, 64]);
  });

  it('refuses settings that mean nothing', () => {
    const model = new PaintedModel(() => []);
    assert.throws(() => new MaskGenerator(model, { pointsPerSide: 0 }), {
      code: 'bad-usage',
      message: 'Expected an integer from 1 to 1024 for pointsPerSide but received 0 of type number',
    });
    assert.throws(() => new MaskGenerator(model, { points_per_side: 32 } as object), {
      message: /^Expected one of pointsPerSide, .* as a setting but received points_per_side$/,
    });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MaskGenerator } from '../../../src/amg/generator.js';
import { greySquare, PaintedModel } from '../../support/painted-model.js';

const SIDE = 256;
const image = greySquare(SIDE);

describe('use-m2m', () => {
  it('feeds each mask back with its point and goes on with what is answered', async () => {
    const fedBack: { point: number[]; inside: number; outside: number; above: number; area: number }[] = [];
    const model = new PaintedModel(
      () => [
        // each wider than high, so that a mask fed back on its side would show
        { cellsXyxy: [20, 40, 80, 60], iou: 0.1, logit: 50 },
        { cellsXyxy: [120, 140, 200, 160], iou: 0.2, logit: 20 },
      ],
      (maskInput, x, y) => {
        const isFirst = maskInput[50 * SIDE + 70] > 0;
        const [column, row] = isFirst ? [70, 50] : [190, 150];
        fedBack.push({
          point: [x, y],
          inside: maskInput[row * SIDE + column],
          outside: maskInput[column * SIDE + row],
          above: maskInput[0],
          area: maskInput.filter((logit) => logit > 0).length,
        });
        return isFirst
          ? { cellsXyxy: [30, 30, 90, 90], iou: 0.9, logit: 50 }
          : { cellsXyxy: [150, 150, 220, 220], iou: 0.5, logit: 50 };
      },
    );
    const { masks } = await new MaskGenerator(model, { pointsPerSide: 1, useM2m: true }).generate(image);
    assert.deepEqual(fedBack, [
      // logits are cut to 32 on the way
      { point: [128, 128], inside: 32, outside: -32, above: -32, area: 60 * 20 },
      { point: [128, 128], inside: 20, outside: -20, above: -20, area: 80 * 20 },
    ]);
    // the filters look at the refined answers only
    assert.deepEqual(
      masks.map(({ boxXyxy, predictedIou, pointsXy }) => ({ boxXyxy, predictedIou, pointsXy })),
      [{ boxXyxy: [30, 30, 89, 89], predictedIou: Math.fround(0.9), pointsXy: [[128, 128]] }],
    );
  });

  it('asks for whole masks first, then for single ones, in batches', async () => {
    const model = new PaintedModel(
      () => Array(3).fill({ cellsXyxy: [20, 20, 80, 80], iou: 0.9 }),
      (_mask, x, y) => ({
        cellsXyxy: [Math.floor(x) - 20, Math.floor(y) - 20, Math.floor(x), Math.floor(y)],
        iou: 0.9,
        logit: 50,
      }),
    );
    const settings = { pointsPerSide: 2, pointsPerBatch: 4, useM2m: true };
    const { masks } = await new MaskGenerator(model, settings).generate(image);
    assert.deepEqual(model.batchSizes, [4, 4, 4, 4]);
    const [first, ...rest] = model.decodeOptions;
    assert.deepEqual(first, { cells: 'all' });
    for (const options of rest) assert.deepEqual(options, { masks: 'single', predIouThresh: Math.fround(0.88) });
    // each mask knows the point that made it
    for (const { pointsXy, boxXyxy } of masks) {
      const [[x, y]] = pointsXy;
      assert.deepEqual(boxXyxy, [x - 20, y - 20, x - 1, y - 1]);
    }
    assert.equal(masks.length, 4);
  });

  it('writes the point as it was asked, not as the model rounded it', async () => {
    const model = new PaintedModel(
      () => [{ cellsXyxy: [20, 20, 80, 80], iou: 0.9 }],
      () => ({ cellsXyxy: [20, 20, 80, 80], iou: 0.9, logit: 50 }),
    );
    const { masks } = await new MaskGenerator(model, { pointsPerSide: 3, useM2m: true }).generate(image);
    assert.deepEqual(masks[0].pointsXy, [[(1 / 6) * SIDE, (1 / 6) * SIDE]]);
  });
});

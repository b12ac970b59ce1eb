import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import type { PromptedObject } from '../../src/sam/image-prompts.js';
import { SEGMENT_DEFAULTS, segmentImage } from '../../src/segment/segment-image.js';
import { greySquare, PaintedModel } from '../support/painted-model.js';

const SIDE = 256;
const image = greySquare(SIDE);
const model = () =>
  new PaintedModel((x, y) =>
    [0.5, 0.9, 0.7].map((iou, i) => ({ cellsXyxy: [x, y, x + 20 + 10 * i, y + 30], iou, logit: 50 })),
  );
const point: PromptedObject = { id: 'cup', isNamed: true, category: 'cup', points: [[100, 50]] };
const other: PromptedObject = { id: 2, isNamed: false, points: [[10, 20]], labels: [1] };

describe('segmentImage', () => {
  it('answers each prompt with its best mask, in the order of the prompts', async () => {
    const progress: [number, number][] = [];
    const { masks, seconds } = await segmentImage(model(), image, [point, other], SEGMENT_DEFAULTS, (...counts) =>
      progress.push(counts),
    );
    assert.deepEqual(
      masks.map(({ prompt, boxXyxy, predictedIou, pointsXy, maskIndex }) => [
        prompt,
        boxXyxy,
        predictedIou,
        pointsXy,
        maskIndex,
      ]),
      [
        [point, [100, 50, 129, 79], Math.fround(0.9), [[100, 50]], undefined],
        [other, [10, 20, 39, 49], Math.fround(0.9), [[10, 20]], undefined],
      ],
    );
    for (const { mask, area, boxXyxy, cropXyxy, stabilityScore } of masks) {
      assert.deepEqual(measuredMask(mask), { mask, area, boxXyxy });
      assert.deepEqual(cropXyxy, [0, 0, SIDE, SIDE]);
      assert.ok(stabilityScore > 0.95 && stabilityScore <= 1);
    }
    assert.deepEqual(progress, [[2, 2]]);
    assert.ok(seconds.encode >= 0 && seconds.decode > 0);
  });

  it('numbers the three masks of a prompt where all are kept', async () => {
    const { masks } = await segmentImage(model(), image, [other, point], { ...SEGMENT_DEFAULTS, multimask: true });
    assert.deepEqual(
      masks.map(({ prompt, maskIndex, boxXyxy }) => [prompt?.id, maskIndex, boxXyxy[2]]),
      [
        [2, 0, 29],
        [2, 1, 39],
        [2, 2, 49],
        ['cup', 0, 119],
        ['cup', 1, 129],
        ['cup', 2, 139],
      ],
    );
  });

  it('keeps an empty mask, with a stability score of 0', async () => {
    const nothing = new PaintedModel(() => [{ cellsXyxy: [0, 0, 0, 0], iou: 0.3, logit: 50 }]);
    const { masks } = await segmentImage(nothing, image, [point], SEGMENT_DEFAULTS);
    assert.deepEqual(
      masks.map(({ area, boxXyxy, stabilityScore }) => [area, boxXyxy, stabilityScore]),
      [[0, [0, 0, 0, 0], 0]],
    );
  });

  it('says when a mask prompt fits neither image nor grid', async () => {
    const wrong: PromptedObject = { ...point, mask: { size: [10, 20], counts: [200] } };
    await assert.rejects(segmentImage(model(), image, [wrong], SEGMENT_DEFAULTS), {
      code: 'bad-prompt',
      message: 'Expected [256, 256] or [256, 256] for the size of a mask but received [10, 20]',
    });
  });
});

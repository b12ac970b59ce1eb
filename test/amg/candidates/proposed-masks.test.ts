import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CandidateSettings, encodeCrop } from '../../../src/amg/candidates/encoded-crop.js';
import { proposedMasks } from '../../../src/amg/candidates/proposed-masks.js';
import { REFERENCE_SETTINGS } from '../../../src/amg/settings.js';
import type { FoundMask } from '../../../src/sam/found-mask.js';
import { greySquare, PaintedModel } from '../../support/painted-model.js';

// a quarter of the image, at its lower right: one pixel a cell
const SIDE = 512;
const crop = { boxXyxy: [256, 256, SIDE, SIDE], layer: 1 } as const;

/** What is proposed for two points: three masks each, one steep, one gentle, one empty. */
async function proposed(settings: Partial<CandidateSettings>) {
  const model = new PaintedModel((x) => [
    { cellsXyxy: [x, 10, x + 40, 60], iou: 0.9, logit: 50 },
    { cellsXyxy: [x, 10, x + 40, 80], iou: 0.5, logit: 0.5 },
    { cellsXyxy: [0, 0, 0, 0], iou: 0.95, logit: 50 },
  ]);
  const seconds = { encode: 0, decode: 0, select: 0, finish: 0 };
  const encoded = await encodeCrop(model, greySquare(SIDE), crop, { ...REFERENCE_SETTINGS, ...settings }, seconds);
  const proposals: { stabilityScore: number; area: number; boxInCropXyxy: number[]; at: number; found: FoundMask }[] =
    [];
  for await (const mask of proposedMasks(encoded, Float64Array.of(10, 30, 20, 40))) {
    const { stabilityScore, area, boxInCropXyxy, at } = mask;
    proposals.push({ stabilityScore, area, boxInCropXyxy: Array.from(boxInCropXyxy), at, found: mask.toFoundMask() });
  }
  assert.ok(seconds.encode > 0 && seconds.decode > 0 && seconds.select > 0);
  return proposals;
}

describe('proposed masks', () => {
  it('are all that the model answers where no threshold is in the way, in its order', async () => {
    const all = await proposed({ predIouThresh: 0, stabilityScoreThresh: 0 });
    assert.deepEqual(
      all.map(({ at }) => at),
      [0, 1, 2, 3, 4, 5],
    );
    assert.deepEqual(all[0].boxInCropXyxy, [10, 10, 49, 59]);
    assert.deepEqual(all[2].boxInCropXyxy, [0, 0, 0, 0]);
    // no pixel of the gentle one is above +1; the third has none at all
    assert.deepEqual(
      all.map(({ stabilityScore }) => stabilityScore),
      [1, 0, 0, 1, 0, 0],
    );
  });

  it('are copied to the frame of the image, with the point that found them', async () => {
    const [, { found }] = (await proposed({})).filter(({ found: { predictedIou } }) => predictedIou < 0.92);
    assert.deepEqual(found.boxXyxy, [276, 266, 315, 315]);
    assert.deepEqual([found.mask.width, found.mask.height], [SIDE, SIDE]);
    assert.deepEqual(found.pointsXy, [[276, 296]]);
    assert.deepEqual(found.cropXyxy, crop.boxXyxy);
  });

  it('are given up below the thresholds', async () => {
    const atOf = (all: Awaited<ReturnType<typeof proposed>>) => all.map(({ at }) => at);
    assert.deepEqual(atOf(await proposed({ predIouThresh: 0.6, stabilityScoreThresh: 0 })), [0, 2, 3, 5]);
    // an empty mask has the lowest score
    assert.deepEqual(atOf(await proposed({ predIouThresh: 0, stabilityScoreThresh: 0.99 })), [0, 3]);
  });
});

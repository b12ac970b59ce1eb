import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selectedByAgreement, voterSettings } from '../../../src/amg/selection/agreement.js';
import { REFERENCE_SETTINGS } from '../../../src/amg/settings.js';
import { maskRunsFromRowMajor } from '../../../src/mask/runs/dense-mask.js';
import { measuredMask } from '../../../src/mask/runs/mask-iou.js';
import type { FoundMask } from '../../../src/sam/found-mask.js';

const SIDE = 40;
const image = { width: SIDE, height: SIDE };
const settings = { ...REFERENCE_SETTINGS, nms: 'mask', predIouThresh: 0.8, stabilityScoreThresh: 0.5 } as const;

/** A square with its corner at x, y. */
function square(x: number, y: number, side: number, predictedIou: number, stabilityScore = 1): FoundMask {
  const inside = (i: number) => {
    const [dx, dy] = [(i % SIDE) - x, Math.floor(i / SIDE) - y];
    return dx >= 0 && dx < side && dy >= 0 && dy < side ? 1 : 0;
  };
  const mask = maskRunsFromRowMajor(
    Uint8Array.from({ length: SIDE * SIDE }, (_, i) => inside(i)),
    SIDE,
    SIDE,
  );
  return { ...measuredMask(mask), predictedIou, stabilityScore, pointsXy: [], cropXyxy: [0, 0, SIDE, SIDE] };
}

describe('selection by agreement', () => {
  it('prefers the mask that more points agree on, and keeps one of them', () => {
    const ious = [0.85, 0.84, 0.83];
    const popular = [...ious.map((iou) => square(0, 0, 20, iou)), square(0, 0, 20, 0.6, 0.4)];
    const lonely = square(20, 20, 20, 0.95);
    // 0.85 * 4^0.2 = 1.12 against 0.95
    assert.deepEqual(selectedByAgreement([lonely, ...popular], settings, image, 1), [popular[0], lonely]);
  });

  it('lets weak masks vote, but does not keep them', () => {
    const weak = [square(0, 0, 20, 0.7), square(0, 0, 20, 0.79), square(0, 0, 20, 0.9, 0.45)];
    assert.deepEqual(selectedByAgreement(weak, settings, image, 1), []);
    const voters = { ...settings, predIouThresh: 0.5, stabilityScoreThresh: 0.3 };
    assert.deepEqual(voterSettings(settings), voters);
    assert.equal(voterSettings({ ...settings, predIouThresh: 0.1 }).predIouThresh, 0.1);
  });

  it('asks more of each further mask, and counts votes as if the whole grid had been asked', () => {
    const apart = [0, 10, 20, 30].map((x) => square(x, 0, 10, 0.9));
    const score = 0.9 * (100 / SIDE ** 2) ** 0.03;
    const scoreThresh = score * 3 ** -0.2 - 1e-9;
    assert.equal(selectedByAgreement(apart, { ...settings, scoreThresh }, image, 1).length, 3);
    assert.equal(selectedByAgreement(apart, { ...settings, scoreThresh }, image, 0.25).length, 4);
    assert.equal(selectedByAgreement(apart, settings, image, 1).length, 4);
  });
});

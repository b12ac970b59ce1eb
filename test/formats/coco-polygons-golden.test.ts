import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cocoImageEntryOf } from '../../src/formats/coco/write.js';
import { cocoRleFromMaskRuns, maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { rowMajorFromMaskRuns } from '../../src/mask/runs/dense-mask.js';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import type { FoundMask } from '../../src/sam/found-mask.js';
import { denseIou, testMasks } from '../support/exported-run.js';
import { readJsonFixture } from '../support/fixture.js';

interface Golden {
  readonly cases: readonly { simplify: number; polygons: number[][]; read: string; iou: number }[];
}

/** Masks of many kinds, and real ones of a photograph. */
function masks(): FoundMask[] {
  const [drawn] = testMasks();
  const { annotations: records } = readJsonFixture<{
    annotations: { segmentation: { size: [number, number]; counts: string } }[];
  }>('goldens/coffee.json');
  const real = records
    .slice(0, 6)
    .map(({ segmentation }) => ({ ...drawn, ...measuredMask(maskRunsFromCocoRle(segmentation)) }));
  return [...testMasks(), ...real];
}

/** What is written of each. */
const CASES = masks().flatMap((mask) =>
  [0, 1].map((simplify) => {
    const { width, height } = mask.mask;
    const result = { imageId: 1, fileName: 'a', width, height, masks: [mask], skippedPrompts: [] };
    const [{ segmentation }] = cocoImageEntryOf(result, { segmentation: 'polygons', simplify }).masks;
    return { mask, simplify, polygons: segmentation };
  }),
);

describe('COCO polygons', () => {
  if (process.env.UPDATE_GOLDEN) {
    const text = CASES.map(({ mask, ...rest }) => ({ ...cocoRleFromMaskRuns(mask.mask), ...rest }));
    process.stderr.write(JSON.stringify(text));
    return;
  }
  it('are rasterised by pycocotools to the mask: exactly, or as near as --simplify says', () => {
    const { cases } = readJsonFixture<Golden>('exports/golden.json');
    assert.equal(cases.length, CASES.length);
    for (const [i, { mask, simplify, polygons }] of CASES.entries()) {
      const golden = cases[i];
      // what pycocotools was shown is what is written today
      assert.deepEqual([golden.simplify, golden.polygons], [simplify, polygons]);
      const { width, height } = mask.mask;
      const read = rowMajorFromMaskRuns(maskRunsFromCocoRle({ size: [height, width], counts: golden.read }));
      const iou = denseIou(read, rowMajorFromMaskRuns(mask.mask));
      assert.ok(Math.abs(iou - golden.iou) < 1e-5);
      if (simplify === 0) assert.ok(iou >= 0.99, `mask ${i}: ${iou}`);
    }
  });
});

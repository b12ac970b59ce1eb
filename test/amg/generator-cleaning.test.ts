import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MaskGenerator } from '../../src/amg/generator.js';
import type { GeneratorSettings } from '../../src/amg/settings.js';
import type { FoundMask } from '../../src/sam/found-mask.js';
import { type CellsXyxy, greySquare, type PaintedMask, PaintedModel } from '../support/painted-model.js';

// one pixel a cell; with steep logits a painted rectangle comes out but for its corners
const SIDE = 256;

/** The masks that are left of those painted, with one point and no threshold in the way. */
async function left(masks: readonly Partial<PaintedMask>[], settings: Partial<GeneratorSettings>) {
  const painted = masks.map((mask) => ({ cellsXyxy: [0, 0, 0, 0] as CellsXyxy, iou: 0.9, logit: 100, ...mask }));
  const model = new PaintedModel(() => painted);
  return (await new MaskGenerator(model, { pointsPerSide: 1, ...settings }).generate(greySquare(SIDE))).masks;
}

const boxes = (found: readonly FoundMask[]) => found.map(({ boxXyxy: [x0, y0, x1, y1] }) => [x0, y0, x1 + 1, y1 + 1]);

describe('min-mask-region-area', () => {
  const pitted: Partial<PaintedMask> = {
    cellsXyxy: [20, 20, 80, 80],
    holesXyxy: [[30, 30, 36, 36]],
    alsoXyxy: [[120, 120, 126, 126]],
  };

  it('leaves regions alone unless told', async () => {
    const [mask] = await left([pitted], {});
    assert.deepEqual(boxes([mask]), [[20, 20, 126, 126]]);
  });

  it('fills small holes and drops small islands; area and box follow', async () => {
    const [untouched] = await left([pitted], { minMaskRegionArea: 20 });
    assert.deepEqual(boxes([untouched]), [[20, 20, 126, 126]]);
    const [whole] = await left([{ cellsXyxy: [20, 20, 80, 80] }], {});
    const [cleaned] = await left([pitted], { minMaskRegionArea: 60 });
    assert.deepEqual(boxes([cleaned]), [[20, 20, 80, 80]]);
    assert.equal(cleaned.area, whole.area);
    assert.deepEqual(cleaned.mask, whole.mask);
  });

  it('fills holes before it weighs islands, and keeps the largest of small ones', async () => {
    // 8 x 8 with a hole of 4 x 4: 48 pixels, 64 when filled
    const ring: Partial<PaintedMask> = { cellsXyxy: [20, 20, 28, 28], holesXyxy: [[22, 22, 26, 26]] };
    const settings = { minMaskRegionArea: 55, stabilityScoreThresh: 0 };
    const [withIsland] = await left(
      [{ ...ring, cellsXyxy: [100, 100, 150, 150], alsoXyxy: [[20, 20, 28, 28]] }],
      settings,
    );
    assert.deepEqual(boxes([withIsland]), [[20, 20, 150, 150]]);
    const small = await left([{ cellsXyxy: [20, 20, 26, 26], alsoXyxy: [[60, 60, 67, 67]] }], {
      minMaskRegionArea: 100,
    });
    assert.deepEqual(boxes(small), [[60, 60, 67, 67]]);
  });

  // unlike at first, because of its speck; alike afterwards
  const plain: Partial<PaintedMask> = { cellsXyxy: [20, 20, 80, 80], iou: 0.9 };
  const specked: Partial<PaintedMask> = { cellsXyxy: [20, 20, 80, 79], alsoXyxy: [[150, 150, 156, 156]], iou: 0.99 };

  it('removes duplicates that cleaning made, and prefers masks that needed none', async () => {
    assert.equal((await left([specked, plain], {})).length, 2);
    const masks = await left([specked, plain], { minMaskRegionArea: 60 });
    assert.deepEqual(
      masks.map((mask) => mask.predictedIou),
      [Math.fround(0.9)],
    );
  });

  it('calls them duplicates above the larger of both NMS thresholds', async () => {
    // of 60 rows and 48: box IoU 0.8
    const shorter: Partial<PaintedMask> = { ...specked, cellsXyxy: [20, 20, 80, 68] };
    for (const [boxNmsThresh, cropNmsThresh, count] of [
      [0.7, 0.9, 2],
      [0.9, 0.7, 2],
      [0.7, 0.7, 1],
    ]) {
      const masks = await left([shorter, plain], { minMaskRegionArea: 60, boxNmsThresh, cropNmsThresh });
      assert.equal(masks.length, count, `${boxNmsThresh} and ${cropNmsThresh}`);
    }
  });

  describe('as in the paper', () => {
    const paper = { minMaskRegionArea: 60, smallRegions: 'paper' } as const;

    it('fills small holes and drops small islands', async () => {
      const [cleaned] = await left([pitted], paper);
      const [whole] = await left([{ cellsXyxy: [20, 20, 80, 80] }], {});
      assert.deepEqual(cleaned.mask, whole.mask);
      assert.deepEqual(boxes([cleaned]), [[20, 20, 80, 80]]);
      assert.equal(cleaned.area, whole.area);
    });

    it('drops a mask whose largest island is small', async () => {
      const scattered: Partial<PaintedMask> = { cellsXyxy: [20, 20, 26, 26], alsoXyxy: [[60, 60, 67, 67]] };
      assert.deepEqual(await left([scattered], paper), []);
      assert.equal((await left([scattered], { ...paper, minMaskRegionArea: 40 })).length, 1);
    });

    it('keeps a mask whose largest island is just large enough', async () => {
      const island: Partial<PaintedMask> = { cellsXyxy: [20, 20, 30, 30] };
      const [{ area }] = await left([island], {});
      assert.equal((await left([island], { ...paper, minMaskRegionArea: area })).length, 1);
      assert.equal((await left([island], { ...paper, minMaskRegionArea: area + 1 })).length, 0);
    });

    it('weighs islands before it fills holes', async () => {
      const mask: Partial<PaintedMask> = {
        cellsXyxy: [100, 100, 150, 150],
        alsoXyxy: [[20, 20, 28, 28]],
        holesXyxy: [[22, 22, 26, 26]],
      };
      const masks = await left([mask], { ...paper, minMaskRegionArea: 55 });
      assert.deepEqual(boxes(masks), [[100, 100, 150, 150]]);
    });

    it('removes no duplicates afterwards', async () => {
      assert.equal((await left([specked, plain], paper)).length, 2);
    });
  });
});

describe('max-mask-coverage', () => {
  const whole: Partial<PaintedMask> = { cellsXyxy: [0, 0, SIDE, SIDE] };
  const half: Partial<PaintedMask> = { cellsXyxy: [0, 0, SIDE / 2, SIDE] };

  it('drops masks that cover as much or more, and none by default', async () => {
    assert.equal((await left([whole, half], {})).length, 2);
    assert.deepEqual(boxes(await left([whole, half], { maxMaskCoverage: 1 })), [[0, 0, 128, 256]]);
    assert.deepEqual(boxes(await left([whole, half], { maxMaskCoverage: 0.51 })), [[0, 0, 128, 256]]);
    assert.deepEqual(await left([whole, half], { maxMaskCoverage: 0.5 }), []);
  });
});

describe('nms', () => {
  // two angles that face each other: one box, no common pixel
  const angle: Partial<PaintedMask> = { cellsXyxy: [20, 20, 30, 120], alsoXyxy: [[20, 110, 120, 120]], iou: 0.95 };
  const side: CellsXyxy = [110, 20, 120, 110];
  const facing: Partial<PaintedMask> = { cellsXyxy: [20, 20, 120, 30], alsoXyxy: [side], iou: 0.9 };
  const again: Partial<PaintedMask> = { ...facing, iou: 0.89 };

  it('by boxes takes crossing objects for one', async () => {
    const masks = await left([angle, facing, again], { nms: 'box' });
    assert.deepEqual(
      masks.map((mask) => mask.predictedIou),
      [Math.fround(0.95)],
    );
  });

  it('by masks keeps both, and still drops what is the same', async () => {
    const masks = await left([angle, facing, again], { nms: 'mask' });
    assert.deepEqual(
      masks.map((mask) => mask.predictedIou),
      [0.95, 0.9].map(Math.fround),
    );
  });

  it('decides after small regions and across crops, too', async () => {
    const speck: CellsXyxy = [200, 200, 204, 204];
    const masks = [angle, { ...facing, alsoXyxy: [side, speck] }];
    assert.equal((await left(masks, { nms: 'box', minMaskRegionArea: 50 })).length, 1);
    assert.equal((await left(masks, { nms: 'mask', minMaskRegionArea: 50 })).length, 2);

    for (const [nms, count] of [
      ['box', 1],
      ['mask', 2],
    ] as const) {
      // crop 4 begins at 85 and has 171 pixels: the same box there, the facing angle in it
      const scaled = (cells: CellsXyxy) =>
        cells.map((cell) => Math.round(((cell - 85) * 256) / 171)) as unknown as CellsXyxy;
      const inWhole = {
        cellsXyxy: [120, 120, 124, 220],
        alsoXyxy: [[120, 216, 220, 220]],
        iou: 0.95,
        logit: 100,
      } as const;
      const inCrop = {
        cellsXyxy: scaled([120, 120, 220, 124]),
        alsoXyxy: [scaled([216, 120, 220, 216])],
        iou: 0.9,
        logit: 100,
      };
      const nothing = { cellsXyxy: [0, 0, 0, 0] as CellsXyxy, iou: 0 };
      const model = new PaintedModel((_x, _y, crop) => [crop === 0 ? inWhole : crop === 4 ? inCrop : nothing]);
      const generator = new MaskGenerator(model, { pointsPerSide: 1, cropNLayers: 1, nms });
      assert.equal((await generator.generate(greySquare(SIDE))).masks.length, count, nms);
    }
  });
});

describe('non-overlapping', () => {
  const large: Partial<PaintedMask> = { cellsXyxy: [20, 20, 120, 120], iou: 0.99 };
  const small: Partial<PaintedMask> = { cellsXyxy: [100, 20, 140, 120], iou: 0.9 };
  const inside: Partial<PaintedMask> = { cellsXyxy: [40, 40, 60, 60], iou: 0.95 };

  it('leaves overlaps unless told', async () => {
    assert.deepEqual(boxes(await left([large, small, inside], {})), [
      [20, 20, 120, 120],
      [40, 40, 60, 60],
      [100, 20, 140, 120],
    ]);
  });

  it('gives common pixels to the smaller mask', async () => {
    const masks = await left([large, small, inside], { nonOverlapping: 'smaller' });
    assert.deepEqual(boxes(masks), [
      [20, 20, 100, 120],
      [40, 40, 60, 60],
      [100, 20, 140, 120],
    ]);
    const [whole] = await left([large], {});
    assert.ok(Math.abs(masks[0].area - (whole.area - 20 * 100 - 20 * 20)) < 10, `${masks[0].area}`);
  });

  it('gives them to the higher-scored; masks without a pixel of their own are gone', async () => {
    const masks = await left([large, small, inside], { nonOverlapping: 'higher-scored' });
    assert.deepEqual(
      masks.map((mask) => mask.predictedIou),
      [0.99, 0.9].map(Math.fround),
    );
    assert.ok(boxes(masks)[1][0] >= 119);
  });
});

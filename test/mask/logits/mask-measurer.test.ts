import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MaskKernels } from '../../../src/mask/logits/mask-kernels.js';
import { MaskMeasurer, type MaskMeasurerOptions } from '../../../src/mask/logits/mask-measurer.js';
import { createResizePlan, type ResizePlan } from '../../../src/mask/logits/resize-plan.js';
import { createSimdKernels } from '../../../src/mask/logits/simd-kernels.js';
import { createTypescriptKernels } from '../../../src/mask/logits/typescript-kernels.js';
import { measuredMask } from '../../../src/mask/runs/mask-iou.js';
import { SAM1_GEOMETRY } from '../../../src/sam/geometry.js';
import { seededRandom } from '../../support/seeded-random.js';
import { type PlainMask, type PlainOptions, plainMask } from './plain-mask.js';

type Size = readonly [width: number, height: number];

const SIZES: readonly Size[] = [
  [1, 1],
  [2, 3],
  [7, 250],
  [97, 61],
  [255, 257],
  [256, 256],
  [300, 199],
  [641, 427],
  [1023, 1024],
  [1024, 683],
  [1025, 769],
  [1800, 1200],
];
const EXTREMES: readonly Size[] = [
  [1, 5000],
  [5000, 1],
  [3, 4099],
  [4500, 40],
  [4200, 350],
  [4111, 2003],
];

function results(measurer: MaskMeasurer): PlainMask {
  const { intersection, union, area } = measurer;
  return {
    intersection,
    union,
    area,
    boxXyxy: [...measurer.boxXyxy],
    runsColumnMajor: [...measurer.runsColumnMajor],
  };
}

/** A measurer on each kind of kernels. */
function measurersOf(plan: ResizePlan, options: MaskMeasurerOptions = {}): MaskMeasurer[] {
  return [createSimdKernelsOrFail, createTypescriptKernels].map(
    (createKernels) => new MaskMeasurer(plan, { ...options, createKernels }),
  );
}

function createSimdKernelsOrFail(plan: ResizePlan, thresholds: Float64Array): MaskKernels {
  const kernels = createSimdKernels(plan, thresholds);
  assert.ok(kernels, 'this machine has no WebAssembly SIMD');
  return kernels;
}

function assertSame(measurers: MaskMeasurer[], logits: Float32Array, options: PlainOptions, what: string): void {
  const plain = plainMask(logits, options);
  for (const [i, measurer] of measurers.entries()) {
    const kernels = `${what}, ${i === 0 ? 'simd' : 'typescript'}`;
    assert.equal(measurer.measure(logits, options.offset ?? 0, options.storedHigh), true, kernels);
    assert.deepEqual(results(measurer), plain, kernels);
  }
}

/** Fills a mask's cells, and what is stored around them with bait. */
function makeLogits(plan: ResizePlan, storedHigh: number, value: (x: number, y: number) => number): Float32Array {
  const logits = new Float32Array(plan.cellsWide * storedHigh).fill(1e5);
  for (let x = 0; x < plan.cellsWide; x++) {
    for (let y = 0; y < plan.cellsHigh; y++) logits[x * storedHigh + y] = value(x, y);
  }
  return logits;
}

/** Kinds of masks: each a function of the cell, from a seeded generator. */
const KINDS: Record<string, (random: () => number) => (x: number, y: number) => number> = {
  noise: (random) => () => 8 * random() - 4,
  'steep noise': (random) => () => 400 * random() - 200,
  'near the thresholds': (random) => () => Math.round(2 * random() - 1) + 1e-6 * Math.round(4 * random() - 2),
  'exactly at the thresholds': (random) => () => Math.round(2 * random() - 1),
  'rare dots': (random) => () => (random() < 0.003 ? 9 : -9),
  'rare holes': (random) => () => (random() < 0.003 ? -9 : 9),
  blobs: (random) => {
    const discs = Array.from({ length: 5 }, () => [256 * random(), 200 * random(), 10 + 50 * random()]);
    return (x, y) => Math.max(...discs.map(([cx, cy, r]) => (r - Math.hypot(x - cx, y - cy)) / 2));
  },
  'a gentle slope': (random) => {
    const [dx, dy, at] = [random() / 50, random() / 50, -3 * random()];
    return (x, y) => at + dx * x + dy * y;
  },
};

for (const [kind, make] of Object.entries(KINDS)) {
  test(`equals the plain implementation: ${kind}`, () => {
    const random = seededRandom(kind.length);
    for (const [width, height] of SIZES) {
      const plan = createResizePlan({ width, height });
      const storedHigh = plan.cellsHigh + Math.floor(4 * random());
      const logits = makeLogits(plan, storedHigh, make(random));
      assertSame(measurersOf(plan), logits, { width, height, storedHigh }, `${kind} at ${width}x${height}`);
    }
  });
}

for (const [width, height] of EXTREMES) {
  test(`equals the plain implementation at ${width}x${height}`, () => {
    const random = seededRandom(width);
    const plan = createResizePlan({ width, height });
    const measurers = measurersOf(plan);
    const storedHigh = plan.cellsHigh;
    for (const kind of ['noise', 'exactly at the thresholds', 'blobs']) {
      const logits = makeLogits(plan, storedHigh, KINDS[kind](random));
      assertSame(measurers, logits, { width, height, storedHigh }, kind);
    }
  });
}

test('a constant mask is empty, full, or between the thresholds', () => {
  for (const [width, height] of [...SIZES, [1, 5000] as const]) {
    const plan = createResizePlan({ width, height });
    const measurers = measurersOf(plan);
    const storedHigh = plan.cellsHigh;
    for (const value of [-200, -1, -0.5, 0, 1e-7, 0.5, 1, 1 + 2 ** -23, 200]) {
      const logits = makeLogits(plan, storedHigh, () => value);
      assertSame(measurers, logits, { width, height, storedHigh }, `${value} at ${width}x${height}`);
      assert.equal(measurers[0].area, value > 0 ? width * height : 0);
      assert.equal(measurers[0].intersection, value > 1 ? width * height : 0);
      assert.equal(measurers[0].union, value > -1 ? width * height : 0);
    }
  }
});

test('empty and full masks have the runs that COCO gives them', () => {
  const plan = createResizePlan({ width: 30, height: 20 });
  const measurer = new MaskMeasurer(plan);
  measurer.measure(
    makeLogits(plan, plan.cellsHigh, () => -5),
    0,
    plan.cellsHigh,
  );
  assert.deepEqual([...measurer.runsColumnMajor], [600]);
  assert.deepEqual([...measurer.boxXyxy], [0, 0, 0, 0]);
  measurer.measure(
    makeLogits(plan, plan.cellsHigh, () => 5),
    0,
    plan.cellsHigh,
  );
  assert.deepEqual([...measurer.runsColumnMajor], [0, 600]);
  assert.deepEqual([...measurer.boxXyxy], [0, 0, 29, 19]);
});

test('random sizes, thresholds and places in the buffer', () => {
  const random = seededRandom(7);
  const kinds = Object.values(KINDS);
  for (let i = 0; i < 60; i++) {
    const width = 1 + Math.floor(700 * random() ** 2);
    const height = 1 + Math.floor(700 * random() ** 2);
    const plan = createResizePlan({ width, height });
    // up to three rows more than needed, or so many that columns have to be copied one by one
    const storedHigh = plan.cellsHigh + (i % 4) * (i % 5 === 0 ? 30 : 1);
    const mask = makeLogits(plan, storedHigh, kinds[i % kinds.length](random));
    const offset = Math.floor(50 * random());
    const logits = new Float32Array(offset + mask.length).fill(-1e5);
    logits.set(mask, offset);
    const options: MaskMeasurerOptions = { maskThreshold: 2 * random() - 1, stabilityScoreOffset: (i % 4) / 2 };
    const what = `case ${i}: ${width}x${height}`;
    assertSame(measurersOf(plan, options), logits, { width, height, storedHigh, offset, ...options }, what);
  }
});

test('grids and frames of other sizes', () => {
  const random = seededRandom(8);
  for (const [inputSize, lowResSize] of [
    [512, 256],
    [1024, 128],
    [64, 8],
  ]) {
    const plan = createResizePlan({
      width: 211,
      height: 157,
      geometry: { ...SAM1_GEOMETRY, frameSize: inputSize, lowResSize },
    });
    const storedHigh = plan.cellsHigh;
    const logits = makeLogits(plan, storedHigh, KINDS.noise(random));
    const what = `${lowResSize} of ${inputSize}`;
    assertSame(measurersOf(plan), logits, { width: 211, height: 157, storedHigh, inputSize, lowResSize }, what);
  }
});

test('one resize of stretched images, as SAM 2', () => {
  const random = seededRandom(12);
  for (const lowResSize of [256, 7]) {
    const geometry = { ...SAM1_GEOMETRY, lowResSize, fit: 'stretch', maskResize: 'direct' } as const;
    for (const [width, height] of [...SIZES, [1, 900], [2048, 3], [lowResSize, 2 * lowResSize]]) {
      const plan = createResizePlan({ width, height, geometry });
      const measurers = measurersOf(plan);
      const storedHigh = plan.cellsHigh;
      for (const [kind, make] of Object.entries(KINDS)) {
        const logits = makeLogits(plan, storedHigh, make(random));
        const options = { width, height, storedHigh, lowResSize, isDirect: true };
        assertSame(measurers, logits, options, `${kind} at ${width}x${height} of ${lowResSize}`);
      }
    }
  }
});

test('gives up exactly the masks whose score is below the threshold', () => {
  const random = seededRandom(9);
  const width = 450;
  const height = 300;
  const plan = createResizePlan({ width, height });
  const storedHigh = plan.cellsHigh;
  for (let i = 0; i < 40; i++) {
    const logits = makeLogits(plan, storedHigh, KINDS.blobs(random));
    for (let j = 0; j < logits.length; j++) logits[j] *= 0.5 + 0.5 * (i % 8);
    const { intersection, union } = plainMask(logits, { width, height, storedHigh });
    const score = intersection / union;
    // its own score is a threshold too: reached, but only just
    for (const stabilityScoreThresh of [0.5, 0.8, 0.95, score, score + 1e-12, score - 1e-12]) {
      for (const measurer of measurersOf(plan, { stabilityScoreThresh })) {
        const kept = measurer.measure(logits, 0, storedHigh);
        assert.equal(kept, score >= stabilityScoreThresh, `mask ${i}, ${score} against ${stabilityScoreThresh}`);
        if (kept) assert.equal(measurer.stabilityScore, score);
      }
    }
  }
});

test('a mask with nothing above the lower threshold has a score of 0, and fails any threshold above 0', () => {
  const plan = createResizePlan({ width: 30, height: 20 });
  const logits = makeLogits(plan, plan.cellsHigh, () => -5);
  const measurer = new MaskMeasurer(plan, { stabilityScoreThresh: 0 });
  assert.equal(measurer.measure(logits, 0, plan.cellsHigh), true);
  assert.equal(measurer.stabilityScore, 0);
  assert.equal(new MaskMeasurer(plan, { stabilityScoreThresh: 0.01 }).measure(logits, 0, plan.cellsHigh), false);
});

test('a crop has its box in the crop and its runs in the image', () => {
  const random = seededRandom(10);
  const crop = { width: 233, height: 119 };
  const image = { width: 400, height: 301, left: 101, top: 77 };
  const plan = createResizePlan(crop);
  const storedHigh = plan.cellsHigh;
  for (const kind of ['noise', 'blobs', 'rare holes']) {
    const logits = makeLogits(plan, storedHigh, KINDS[kind](random));
    const plain = plainMask(logits, { ...crop, storedHigh });
    const dense = new Uint8Array(image.width * image.height);
    let at = 0;
    for (const [i, run] of plain.runsColumnMajor.entries()) {
      for (let k = 0; k < run; k++, at++) {
        const x = image.left + Math.floor(at / crop.height);
        const y = image.top + (at % crop.height);
        dense[x * image.height + y] = i & 1;
      }
    }
    const runs: number[] = [];
    let value = 0;
    let run = 0;
    for (const pixel of dense) {
      if (pixel !== value) {
        runs.push(run);
        run = 0;
        value = pixel;
      }
      run++;
    }
    runs.push(run);
    const measurer = new MaskMeasurer(plan, { image });
    measurer.measure(logits, 0, storedHigh);
    assert.deepEqual(results(measurer), { ...plain, runsColumnMajor: runs }, kind);
    // a copy is all of the image, and stays when the next mask is measured
    const copy = measurer.copyOfMask();
    measurer.measure(logits.map(Math.abs), 0, storedHigh);
    const { width, height } = image;
    assert.deepEqual(copy, measuredMask({ width, height, runsColumnMajor: Uint32Array.from(runs) }), kind);
  }
});

test('says what it expected', () => {
  assert.throws(() => createResizePlan({ width: 0, height: 5 }), {
    name: 'RangeError',
    message: 'Expected a whole number of at least 1 for width but received 0',
  });
  assert.throws(() => createResizePlan({ width: 5, height: 5, geometry: { ...SAM1_GEOMETRY, frameSize: 1000 } }), {
    name: 'RangeError',
    message: 'Expected frameSize to be an even multiple of 256 but received 1000',
  });
  const plan = createResizePlan({ width: 30, height: 20 });
  assert.throws(() => new MaskMeasurer(plan, { image: { width: 40, height: 40, left: 11, top: 0 } }), {
    name: 'RangeError',
    message: 'Expected a crop within 40x40 but received 30x20 at 11,0',
  });
});

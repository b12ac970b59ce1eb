import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AverageRecall,
  type AverageRecallOptions,
  averageRecallOf,
  type JudgedImage,
} from '../../../bench/support/average-recall.js';
import { IOU_THRESHES } from '../../../src/evaluate/coco/params.js';
import { type CocoRle, maskRunsFromCocoRle } from '../../../src/mask/runs/coco-rle.js';
import { drawn } from '../../support/drawn-mask.js';
import { readJsonFixture } from '../../support/fixture.js';

type Expected = AverageRecallOptions & Pick<AverageRecall, 'averageRecall' | 'recallByIouThresh'>;

interface MadeUpImage {
  width: number;
  height: number;
  found: { score: number; counts: string }[];
  segments: { annotator: number; counts: string }[];
}

interface GoldenMasks {
  annotations: { segmentation: CocoRle; predicted_iou: number }[];
}

const golden = readJsonFixture<{
  iouThreshes: number[];
  madeUp: { images: MadeUpImage[]; expected: Expected[] };
  real: { images: { found: string; segments: string }[]; expected: Expected[] };
}>('average-recall/golden.json');

function assertAgrees(images: JudgedImage[], { averageRecall, recallByIouThresh, ...options }: Expected): void {
  const ours = averageRecallOf(images, options);
  assert.deepEqual(ours.recallByIouThresh, recallByIouThresh);
  assert.ok(Math.abs(ours.averageRecall - averageRecall) < 1e-12);
}

test('thresholds are those of COCOeval, to the bit', () => {
  assert.deepEqual(IOU_THRESHES, golden.iouThreshes);
});

test('agrees with COCOeval on made-up masks', () => {
  const images = golden.madeUp.images.map(({ width, height, found, segments }) => {
    const maskOf = ({ counts }: { counts: string }) => maskRunsFromCocoRle({ size: [height, width], counts });
    return {
      foundMasks: found.map(maskOf),
      scores: found.map(({ score }) => score),
      segments: segments.map((segment) => ({ mask: maskOf(segment), annotator: segment.annotator })),
    };
  });
  for (const expected of golden.madeUp.expected) assertAgrees(images, expected);
});

test('agrees with COCOeval on real masks', () => {
  const images = golden.real.images.map(({ found, segments }) => {
    const foundMasks = readJsonFixture<GoldenMasks>(`goldens/${found}`).annotations;
    const drawnMasks = readJsonFixture<GoldenMasks>(`goldens/${segments}`).annotations;
    return {
      foundMasks: foundMasks.map(({ segmentation }) => maskRunsFromCocoRle(segmentation)),
      scores: foundMasks.map(({ predicted_iou }) => predicted_iou),
      segments: drawnMasks.map(({ segmentation }) => ({ mask: maskRunsFromCocoRle(segmentation) })),
    };
  });
  for (const expected of golden.real.expected) assertAgrees(images, expected);
});

test('one mask finds an object for every annotator, but only one segment of each', () => {
  const object = drawn('###...');
  const image = {
    foundMasks: [object],
    scores: [0.9],
    segments: [
      { mask: object, annotator: 'a' },
      { mask: object, annotator: 'b' },
      { mask: object, annotator: 'b' },
    ],
  };
  assert.equal(averageRecallOf([image]).recallByIouThresh[0], 2 / 3);
  assert.equal(averageRecallOf([image], { competeWithin: 'image' }).recallByIouThresh[0], 1 / 3);
});

test('only the best-scored masks count when there is a limit', () => {
  const [left, right] = [drawn('##..'), drawn('..##')];
  const image = { foundMasks: [left, right], scores: [0.1, 0.9], segments: [{ mask: left }] };
  assert.equal(averageRecallOf([image]).averageRecall, 1);
  assert.deepEqual(averageRecallOf([image], { maxMasks: 1 }), {
    averageRecall: 0,
    recallByIouThresh: IOU_THRESHES.map(() => 0),
    segmentCount: 1,
    maskCount: 1,
  });
});

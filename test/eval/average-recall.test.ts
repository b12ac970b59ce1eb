import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AverageRecall,
  type AverageRecallOptions,
  averageRecallOf,
  IOU_THRESHES,
  type JudgedPicture,
} from '../../src/eval/average-recall.js';
import { type CocoRle, maskRunsFromCocoRle } from '../../src/mask/coco-rle.js';
import { drawn } from '../support/drawn-mask.js';
import { readJsonFixture } from '../support/fixture.js';

type Expected = AverageRecallOptions & Pick<AverageRecall, 'averageRecall' | 'recallByIouThresh'>;

interface MadeUpPicture {
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
  madeUp: { pictures: MadeUpPicture[]; expected: Expected[] };
  real: { pictures: { found: string; segments: string }[]; expected: Expected[] };
}>('average-recall/golden.json');

function assertAgrees(pictures: JudgedPicture[], { averageRecall, recallByIouThresh, ...options }: Expected): void {
  const ours = averageRecallOf(pictures, options);
  assert.deepEqual(ours.recallByIouThresh, recallByIouThresh);
  assert.ok(Math.abs(ours.averageRecall - averageRecall) < 1e-12);
}

test('thresholds are those of COCOeval, to the bit', () => {
  assert.deepEqual(IOU_THRESHES, golden.iouThreshes);
});

test('agrees with COCOeval on made-up masks', () => {
  const pictures = golden.madeUp.pictures.map(({ width, height, found, segments }) => {
    const maskOf = ({ counts }: { counts: string }) => maskRunsFromCocoRle({ size: [height, width], counts });
    return {
      foundMasks: found.map(maskOf),
      scores: found.map(({ score }) => score),
      segments: segments.map((segment) => ({ mask: maskOf(segment), annotator: segment.annotator })),
    };
  });
  for (const expected of golden.madeUp.expected) assertAgrees(pictures, expected);
});

test('agrees with COCOeval on real masks', () => {
  const pictures = golden.real.pictures.map(({ found, segments }) => {
    const foundMasks = readJsonFixture<GoldenMasks>(`goldens/${found}`).annotations;
    const drawnMasks = readJsonFixture<GoldenMasks>(`goldens/${segments}`).annotations;
    return {
      foundMasks: foundMasks.map(({ segmentation }) => maskRunsFromCocoRle(segmentation)),
      scores: foundMasks.map(({ predicted_iou }) => predicted_iou),
      segments: drawnMasks.map(({ segmentation }) => ({ mask: maskRunsFromCocoRle(segmentation) })),
    };
  });
  for (const expected of golden.real.expected) assertAgrees(pictures, expected);
});

test('one mask finds an object for every annotator, but only one segment of each', () => {
  const object = drawn('###...');
  const picture = {
    foundMasks: [object],
    scores: [0.9],
    segments: [
      { mask: object, annotator: 'a' },
      { mask: object, annotator: 'b' },
      { mask: object, annotator: 'b' },
    ],
  };
  assert.equal(averageRecallOf([picture]).recallByIouThresh[0], 2 / 3);
  assert.equal(averageRecallOf([picture], { competeWithin: 'picture' }).recallByIouThresh[0], 1 / 3);
});

test('only the best-scored masks count when there is a limit', () => {
  const [left, right] = [drawn('##..'), drawn('..##')];
  const picture = { foundMasks: [left, right], scores: [0.1, 0.9], segments: [{ mask: left }] };
  assert.equal(averageRecallOf([picture]).averageRecall, 1);
  assert.deepEqual(averageRecallOf([picture], { maxMasks: 1 }), {
    averageRecall: 0,
    recallByIouThresh: IOU_THRESHES.map(() => 0),
    segmentCount: 1,
    maskCount: 1,
  });
});

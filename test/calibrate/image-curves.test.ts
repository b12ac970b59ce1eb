import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageRecallOf } from '../../bench/support/average-recall.js';
import { MaskGenerator } from '../../src/amg/generator.js';
import { type GeneratorSettings, resolveSettings } from '../../src/amg/settings.js';
import { candidateJobOf } from '../../src/calibrate/candidates.js';
import { imageCurvesOf } from '../../src/calibrate/image-curves.js';
import { ruleOf, settingsOfRule, triedRules } from '../../src/calibrate/selection-rule.js';
import { Tally } from '../../src/calibrate/tally.js';
import { IOU_THRESHES } from '../../src/evaluate/coco/params.js';
import { sa1bFileOf, sa1bJsonOf } from '../../src/formats/sa1b/write.js';
import { cocoRleFromMaskRuns } from '../../src/mask/runs/coco-rle.js';
import type { FoundMask } from '../../src/sam/found-mask.js';
import { greySquare, type PaintedMask, PaintedModel } from '../support/painted-model.js';
import { randomInteger, seededRandom } from '../support/seeded-random.js';

const SIDE = 256;
const POINTS = 6;

/** Three random rectangles a point, of random scores and steepness; points of a row often agree. */
function randomModel(): PaintedModel {
  const random = seededRandom(3);
  const painted = (): PaintedMask => {
    const [x, y] = [randomInteger(random, 0, 4) * 40, randomInteger(random, 0, 4) * 40];
    const [width, height] = [randomInteger(random, 2, 4) * 20, randomInteger(random, 2, 4) * 20];
    return {
      cellsXyxy: [x, y, x + width, y + height],
      iou: 0.65 + 0.35 * random(),
      logit: 2 ** randomInteger(random, 1, 6),
    };
  };
  return new PaintedModel(() => [painted(), painted(), painted()]);
}

const masksWith = async (settings: Partial<GeneratorSettings>) =>
  (await new MaskGenerator(randomModel(), { ...settings, pointsPerSide: POINTS }).generate(greySquare(SIDE))).masks;

/** The record of all that the model proposes, and a ground truth of some masks of it, drawn by two people. */
async function madeUpImage() {
  const { settings } = candidateJobOf({ model: 'any', pointsPerSide: POINTS });
  const masks = await masksWith(settings);
  const result = { imageId: 1, fileName: 'a.png', width: SIDE, height: SIDE, masks, skippedPrompts: [] };
  const drawn = masks.filter((_, i) => i % 9 === 0).map(({ mask }, i) => ({ mask, annotator: i % 2 }));
  const annotations = drawn.map(({ mask, annotator }) => ({
    image_id: 1,
    segmentation: cocoRleFromMaskRuns(mask),
    annotator,
  }));
  const crowd = { ...annotations[0], iscrowd: 1 };
  const truth = { id: 1, fileName: 'a.png', width: SIDE, height: SIDE, annotations: [...annotations, crowd] };
  return { record: { text: sa1bJsonOf(sa1bFileOf(result)), file: 'a.json' }, truth, drawn };
}

/** Segments found, over all thresholds, where the first of the masks choose first. */
function foundBy(masks: readonly FoundMask[], segments: Awaited<ReturnType<typeof madeUpImage>>['drawn']): number {
  const scores = masks.map((_, i) => -i);
  const { recallByIouThresh } = averageRecallOf([{ foundMasks: masks.map(({ mask }) => mask), scores, segments }]);
  return Math.round(recallByIouThresh.reduce((sum, recall) => sum + recall * segments.length, 0));
}

test('settings keep in a sweep what they keep in the generator, and find as much', async () => {
  const { record, truth, drawn } = await madeUpImage();
  const agreement = { ranking: 'agreement', nms: 'mask', boxNmsThresh: 0.7 } as const;
  const variants: Partial<GeneratorSettings>[] = [
    {},
    { predIouThresh: 0.7, stabilityScoreThresh: 0.7, boxNmsThresh: 0.5, nms: 'mask' },
    { ...agreement, predIouThresh: 0.7, stabilityScoreThresh: 0.5, scoreThresh: 0.4 },
    { ...agreement, predIouThresh: 0.6, stabilityScoreThresh: 0.3, scoreThresh: 0.5, votesExponent: 0.4 },
    { ...agreement, nms: 'box', predIouThresh: 0.8, stabilityScoreThresh: 0.5, scoreThresh: 0.2, stabilityExponent: 2 },
    { ...agreement, predIouThresh: 0.7, stabilityScoreThresh: 0.5, scoreThresh: 9 },
  ];
  const tried = variants.map((settings) => ruleOf(resolveSettings(settings)));
  const { masks, found, segments } = imageCurvesOf({ truth, record, tried });
  assert.equal(segments, drawn.length);
  for (const [i, settings] of variants.entries()) {
    const kept = await masksWith(settings);
    assert.equal(masks[i], kept.length, JSON.stringify(settings));
    assert.equal(found[i], foundBy(kept, drawn), JSON.stringify(settings));
    // as settings again they are the same
    const { rule, lines } = tried[i];
    assert.deepEqual((await masksWith(settingsOfRule(rule, lines[0]))).length, kept.length);
  }
  assert.ok(masks[2] > 3 && masks[2] < masks[4] && masks[5] === 0, `${masks}`);
});

test('every line of every rule is judged, each keeping as many masks as the one below or fewer', async () => {
  const { record, truth } = await madeUpImage();
  const tried = triedRules().filter((_, i) => i % 97 === 0);
  const { masks, found } = imageCurvesOf({ truth, record, tried });
  let first = 0;
  for (const { rule, lines } of tried) {
    for (let i = first + 1; i < first + lines.length; i++) assert.ok(masks[i] <= masks[i - 1], JSON.stringify(rule));
    assert.ok(masks[first] > 5, JSON.stringify(rule));
    assert.ok(found[first] > found[first + lines.length - 1], JSON.stringify(rule));
    first += lines.length;
  }
});

test('of tried settings the one that finds most with few enough masks is best, the first of equals', () => {
  const [first] = triedRules();
  const tried = [0, 1, 2].map((votesExponent) => ({ rule: { ...first.rule, votesExponent }, lines: [0.1, 0.2] }));
  const tally = new Tally(tried);
  tally.add({ masks: Uint32Array.of(9, 4, 8, 3, 9, 6), found: Uint32Array.of(50, 20, 40, 30, 50, 40), segments: 5 });
  tally.add({ masks: Uint32Array.of(9, 6, 2, 1, 9, 4), found: Uint32Array.of(50, 20, 20, 30, 50, 20), segments: 5 });
  assert.deepEqual(tally.best(5, 3), { rule: 1, line: 0 });
  assert.deepEqual(tally.best(4, 3), { rule: 1, line: 1 });
  assert.deepEqual(tally.best(5, 1), { rule: 0, line: 1 });
  assert.equal(tally.best(1, 3), undefined);
  assert.deepEqual(tally.outcomeOf({ rule: 1, line: 0 }), {
    masks_per_image: 5,
    average_recall: 60 / (10 * IOU_THRESHES.length),
  });
  assert.equal(tally.settingsOf({ rule: 2, line: 1 }).scoreThresh, 0.2);
});

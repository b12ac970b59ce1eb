import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidatesOfImage } from '../../bench/calibration/candidates.js';
import { bestOutcome, keptOf, type Outcome, type Thresholds } from '../../bench/calibration/sweep.js';
import { MaskGenerator } from '../../src/amg/generator.js';
import { greySquare, type PaintedMask, PaintedModel } from '../support/painted-model.js';
import { randomInteger, seededRandom } from '../support/seeded-random.js';

/** Three random rectangles a point, of random scores and steepness. */
function randomModel(): PaintedModel {
  const random = seededRandom(3);
  const painted = (): PaintedMask => {
    const [x, y] = [randomInteger(random, 0, 8) * 20, randomInteger(random, 0, 8) * 20];
    const [width, height] = [randomInteger(random, 2, 4) * 20, randomInteger(random, 2, 4) * 20];
    return {
      cellsXyxy: [x, y, x + width, y + height],
      iou: 0.65 + 0.35 * random(),
      logit: 2 ** randomInteger(random, 1, 6),
    };
  };
  return new PaintedModel(() => [painted(), painted(), painted()]);
}

test('a sweep keeps what the generator keeps', async () => {
  const image = greySquare(256);
  const proposed = await candidatesOfImage(randomModel(), image, 6);
  const settings: Thresholds[] = [
    { predIouThresh: 0.88, stabilityScoreThresh: 0.95, stabilityScoreOffset: 1, boxNmsThresh: 0.7, nms: 'box' },
    { predIouThresh: 0.7, stabilityScoreThresh: 0.7, stabilityScoreOffset: 1, boxNmsThresh: 0.5, nms: 'mask' },
    { predIouThresh: 0.8, stabilityScoreThresh: 0.8, stabilityScoreOffset: 2, boxNmsThresh: 0.6, nms: 'box' },
  ];
  for (const thresholds of settings) {
    const { masks } = await new MaskGenerator(randomModel(), { ...thresholds, pointsPerSide: 6 }).generate(image);
    assert.ok(masks.length > 3, `${masks.length} masks`);
    assert.deepEqual(
      keptOf(proposed, thresholds).map(({ mask }) => mask),
      masks.map(({ mask }) => mask),
    );
  }
});

test('of settings that find nearly as much, the one with the fewest masks is best', () => {
  const outcome = (masksPerImage: number, averageRecall: number) => ({ masksPerImage, averageRecall }) as Outcome;
  const outcomes = [outcome(80, 0.5), outcome(55, 0.4), outcome(50, 0.397), outcome(40, 0.39)];
  assert.deepEqual(bestOutcome(outcomes, 55), outcomes[2]);
  assert.deepEqual(bestOutcome(outcomes, 100), outcomes[0]);
});

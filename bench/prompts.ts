/** A thousand boxes against a thousand points of a grid, on one photograph: decoder time only, in turns of 50. */
import { fileURLToPath } from 'node:url';
import { foregroundPointPrompts } from '../src/amg/candidates/point-prompts.js';
import { batchesOf } from '../src/amg/points/batches.js';
import { gridPoints } from '../src/amg/points/grid-points.js';
import { REFERENCE_SETTINGS, unitGridsOfSettings } from '../src/amg/settings.js';
import { decodeImage } from '../src/image/decode-image.js';
import { loadModel } from '../src/model/runtime/load-model.js';
import type { DecodeOptions, PromptBatch } from '../src/sam/segmentation-model.js';
import { promptBatchOf } from '../src/segment/object-prompt.js';
import { fixtureUrl } from '../test/support/fixture.js';
import { seededRandom } from '../test/support/seeded-random.js';

const PROMPTS = 1000;
const AT_ONCE = 50;

export async function run(): Promise<void> {
  const model = await loadModel();
  const image = await decodeImage(fileURLToPath(fixtureUrl('images/coffee.png')));
  const { width, height } = image;
  const encoded = await model.encode(image);
  const random = seededRandom(7);
  const whole = { boxXyxy: [0, 0, width, height], layer: 0 } as const;
  const points = gridPoints(unitGridsOfSettings(REFERENCE_SETTINGS)).pointsIn(whole, encoded);
  const pointBatches = batchesOf(points.slice(0, 2 * PROMPTS), AT_ONCE).map(foregroundPointPrompts);
  const boxes = Array.from({ length: PROMPTS }, () => {
    const [x0, y0] = [random() * width * 0.9, random() * height * 0.9];
    const [wide, high] = [20 + random() * (width - x0 - 20), 20 + random() * (height - y0 - 20)];
    return { box: [x0, y0, Math.min(width, x0 + wide), Math.min(height, y0 + high)] as const };
  });

  async function secondsOf(batch: PromptBatch, options: DecodeOptions): Promise<number> {
    const startedAt = performance.now();
    await encoded.decode(batch, options);
    return (performance.now() - startedAt) / 1000;
  }
  // as the generator asks, and as boxes are answered by default
  const asGenerator: DecodeOptions = { predIouThresh: 0.88 };
  const asBox: DecodeOptions = { masks: 'single' };
  await secondsOf(pointBatches[0], asGenerator);
  let ofPoints = 0;
  let ofBoxes = 0;
  for (const [i, pointBatch] of pointBatches.entries()) {
    ofPoints += await secondsOf(pointBatch, asGenerator);
    ofBoxes += await secondsOf(promptBatchOf(boxes.slice(i * AT_ONCE, (i + 1) * AT_ONCE)), asBox);
  }
  await model.release();
  process.stdout.write(`  ${PROMPTS} grid points, three masks each     ${ofPoints.toFixed(2)} s\n`);
  process.stdout.write(`  ${PROMPTS} boxes, one mask each              ${ofBoxes.toFixed(2)} s\n`);
  process.stdout.write(`  boxes over points                     ${(ofBoxes / ofPoints).toFixed(3)} (at most 1.15)\n`);
}

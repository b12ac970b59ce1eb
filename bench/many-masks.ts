/** What the generator does with all masks of a 12-megapixel photograph at once: NMS by mask IoU and a partition. */
import { areaOfMaskRuns } from '../src/mask/runs/mask-extent.js';
import { measuredMask } from '../src/mask/runs/mask-iou.js';
import { maskNms } from '../src/mask/runs/mask-nms.js';
import type { MaskRuns } from '../src/mask/runs/mask-runs.js';
import { masksWithoutOverlaps } from '../src/mask/runs/resolve-overlaps.js';
import { randomInteger, seededRandom } from '../test/support/seeded-random.js';
import { raggedEllipse } from './support/ragged-ellipse.js';
import { medianMilliseconds, report } from './timing.js';

const WIDTH = 4000;
const HEIGHT = 3000;

export function run(): void {
  const random = seededRandom(15);
  // objects of all sizes, each found three times
  const masks: MaskRuns[] = [];
  for (let object = 0; object < 333; object++) {
    const radius = Math.round(20 * 75 ** random());
    const centreX = randomInteger(random, 0, WIDTH - 1);
    const centreY = randomInteger(random, 0, HEIGHT - 1);
    const ellipse = { width: WIDTH, height: HEIGHT, centreY, radius, raggedness: 5 };
    for (let again = 0; again < 3; again++) masks.push(raggedEllipse(random, { ...ellipse, centreX: centreX + again }));
  }
  const scores = masks.map(() => random());
  const runCount = masks.reduce((sum, mask) => sum + mask.runsColumnMajor.length, 0);
  const area = masks.reduce((sum, mask) => sum + areaOfMaskRuns(mask), 0);
  process.stdout.write(`  ${masks.length} masks of ${WIDTH} x ${HEIGHT}, ${runCount} runs, ${area} pixels\n`);
  const measured = masks.map(measuredMask);
  process.stdout.write(`  ${maskNms(measured, scores, 0.7).length} masks stay after NMS at 0.7\n`);
  report(
    'NMS by mask IoU',
    medianMilliseconds(5, () => maskNms(measured, scores, 0.7)),
  );
  report(
    'partition, smaller first',
    medianMilliseconds(5, () => masksWithoutOverlaps(masks, { wins: 'smaller' })),
  );
}

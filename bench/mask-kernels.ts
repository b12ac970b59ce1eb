/** What a mask costs after the decoder, the walk against the plain way, on real logits at about 1800x1200. */
import { MaskMeasurer } from '../src/mask/logits/mask-measurer.js';
import { createResizePlan } from '../src/mask/logits/resize-plan.js';
import { loadFixtureLogits } from '../test/mask/logits/fixture-logits.js';
import { plainMask } from '../test/mask/logits/plain-mask.js';
import { medianMilliseconds, report } from './timing.js';

const REPEATS = 25;

export function run(): void {
  for (const [name, width, height] of [
    ['coffee', 1800, 1200],
    ['chelsea', 1800, 1197],
    ['astronaut', 1500, 1500],
  ] as const) {
    const { logits, masks, storedHigh, stride } = loadFixtureLogits(name);
    const plan = createResizePlan({ width, height });
    const millisecondsOf = (measurer: MaskMeasurer) =>
      medianMilliseconds(REPEATS, () => {
        for (let i = 0; i < masks; i++) measurer.measure(logits, i * stride, storedHigh);
      }) / masks;
    const filtered = millisecondsOf(new MaskMeasurer(plan, { stabilityScoreThresh: 0.95 }));
    const all = millisecondsOf(new MaskMeasurer(plan));
    const plain =
      medianMilliseconds(2, () => {
        for (let i = 0; i < masks; i++) plainMask(logits, { width, height, storedHigh, offset: i * stride });
      }) / masks;
    const what = `${name} at ${width}x${height}, ${masks} masks, one mask`;
    report(`${what}: plain`, plain);
    report(`${what}: walk, every mask to its runs`, all);
    report(`${what}: walk, stability at least 0.95`, filtered);
    process.stdout.write(`  the walk takes 1/${(plain / filtered).toFixed(0)} of the plain way\n`);
  }
}

/**
 * How well prompts find what people drew: `node build/bench/prompt-accuracy.js --data DIR [--images N] [--every N]`.
 *
 * DIR holds images/ and segments.json, a COCO file of human segments (several people may have drawn one image). Prompts made of each
 * segment: its box; one click at the point farthest from its border; then more clicks, each at the centre of the largest error that is
 * left (missing: object, too much: background), with the previous mask fed back. Prints mean IoU with the human masks. `--every 8` clicks on every
 * eighth segment only; boxes are asked about all of them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Prediction, SamPredictor } from '../src/library/sam-predictor.js';
import { type CocoRle, maskRunsFromCocoRle } from '../src/mask/runs/coco-rle.js';
import { boxXyxyInclusiveOfMaskRuns } from '../src/mask/runs/mask-extent.js';
import { maskIou } from '../src/mask/runs/mask-iou.js';
import type { MaskRuns } from '../src/mask/runs/mask-runs.js';
import { loadModel } from '../src/model/runtime/load-model.js';
import type { ObjectPrompt } from '../src/segment/object-prompt.js';
import { correctingClick } from './support/correcting-click.js';
import { centreOfMask } from './support/mask-centre.js';

const CLICKS = 5;

interface Dataset {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly annotations: readonly { readonly image_id: number; readonly segmentation: CocoRle }[];
}

/** Mean of what is added, and nothing else. */
class Mean {
  #sum = 0;
  count = 0;
  add(value: number): void {
    this.#sum += value;
    this.count++;
  }
  get value(): number {
    return this.#sum / this.count;
  }
}

function boxOf(mask: MaskRuns): readonly [number, number, number, number] {
  const [x0, y0, x1, y1] = boxXyxyInclusiveOfMaskRuns(mask);
  return [x0, y0, x1 + 1, y1 + 1];
}

function firstClick(human: MaskRuns): ObjectPrompt {
  const centre = centreOfMask(human);
  if (!centre) throw new Error('Expected a human segment of at least one pixel but received an empty one');
  return { points: [[centre.x, centre.y]], labels: [1] };
}

/** The prompt with one more click, at what its mask got wrong most. */
function withClick(
  { points = [], labels = [] }: ObjectPrompt,
  human: MaskRuns,
  { masks, lowResMasks }: Prediction,
): ObjectPrompt {
  const click = correctingClick(masks[0], human);
  const maskInput = lowResMasks[0];
  // nothing is left to correct: the same clicks again
  if (!click) return { points, labels, maskInput };
  return { points: [...points, [click.x, click.y]], labels: [...labels, click.label], maskInput };
}

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    images: { type: 'string', default: '1000000' },
    every: { type: 'string', default: '1' },
  },
});
if (values.data === undefined) throw new Error('Expected --data DIR with images/ and segments.json');
const dataset: Dataset = JSON.parse(await readFile(join(values.data, 'segments.json'), 'utf8'));
const model = await loadModel();
const predictor = new SamPredictor(model);
const boxIou = new Mean();
const bestOfThree = new Mean();
let segment = 0;
const clickIou = Array.from({ length: CLICKS }, () => new Mean());

for (const { id, file_name } of dataset.images.slice(0, Number(values.images))) {
  const humans = dataset.annotations
    .filter(({ image_id }) => image_id === id)
    .map(({ segmentation }) => maskRunsFromCocoRle(segmentation));
  await predictor.setImage(join(values.data, 'images', file_name));
  const boxes = await predictor.predictAll(humans.map((human) => ({ box: boxOf(human) })));
  for (const [i, { masks }] of boxes.entries()) boxIou.add(maskIou(masks[0], humans[i]));

  const clicked = humans.filter(() => segment++ % Number(values.every) === 0);
  let prompts = clicked.map(firstClick);
  if (clicked.length === 0) continue;
  const three = await predictor.predictAll(prompts, { multimask: true });
  for (const [i, { masks }] of three.entries())
    bestOfThree.add(Math.max(...masks.map((mask) => maskIou(mask, clicked[i]))));
  for (let click = 0; click < CLICKS; click++) {
    const found = await predictor.predictAll(prompts);
    for (const [i, { masks }] of found.entries()) clickIou[click].add(maskIou(masks[0], clicked[i]));
    prompts = prompts.map((prompt, i) => withClick(prompt, clicked[i], found[i]));
  }
  const clicks = clickIou.map((mean) => mean.value.toFixed(4)).join(' ');
  process.stderr.write(`${file_name}: ${boxIou.count} segments, box ${boxIou.value.toFixed(4)}, clicks ${clicks}\n`);
}
process.stdout.write(
  `${boxIou.count} human segments of ${Math.min(dataset.images.length, Number(values.images))} images\n`,
);
process.stdout.write(`${bestOfThree.count} of them clicked on\n`);
process.stdout.write(`box                                     mean IoU ${boxIou.value.toFixed(4)}\n`);
process.stdout.write(`one click, the best of three by IoU     mean IoU ${bestOfThree.value.toFixed(4)}\n`);
for (const [i, mean] of clickIou.entries()) {
  process.stdout.write(`${`${i + 1} click${i > 0 ? 's' : ''}`.padEnd(40)}mean IoU ${mean.value.toFixed(4)}\n`);
}
await model.release();

/** A whole photograph of 1800x1200 with the full grid: what all that follows the decoder costs, against the plain way. */
import sharp from 'sharp';
import { MaskGenerator } from '../src/amg/generator.js';
import { cocoRleFromMaskRuns } from '../src/mask/runs/coco-rle.js';
import { loadModel } from '../src/model/runtime/load-model.js';
import type { DecodedBatch, SegmentationModel } from '../src/sam/segmentation-model.js';
import { plainMask } from '../test/mask/logits/plain-mask.js';
import { report } from './timing.js';

const [WIDTH, HEIGHT] = [1800, 1200];
const PRED_IOU_THRESH = Math.fround(0.88);
/** The plain way is measured on one mask out of these, spread over the grid, and multiplied. */
const SAMPLE_EVERY = 60;

export async function run(): Promise<void> {
  const photo = new URL('../../fixtures/images/coffee.png', import.meta.url).pathname;
  const { data } = await sharp(photo).resize(WIDTH, HEIGHT).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const model = await loadModel();
  const sample: Float32Array[] = [];
  let candidates = 0;
  let storedHigh = 0;

  function remember(batch: DecodedBatch): void {
    const { iouPredictions, offsets, logits, cellsWide } = batch;
    storedHigh = batch.cellsHigh;
    for (let i = 0; i < iouPredictions.length; i++) {
      if (!(iouPredictions[i] > PRED_IOU_THRESH)) continue;
      if (candidates++ % SAMPLE_EVERY === 0) sample.push(logits.slice(offsets[i], offsets[i] + cellsWide * storedHigh));
    }
  }
  const overheard: SegmentationModel = {
    ...model,
    async encode(image) {
      const encoded = await model.encode(image);
      return {
        ...encoded,
        async decode(batch, options) {
          const decoded = await encoded.decode(batch, options);
          remember(decoded);
          return decoded;
        },
      };
    },
  };

  const { masks, seconds } = await new MaskGenerator(overheard).generate({ data, width: WIDTH, height: HEIGHT });
  await model.release();
  const rleStart = performance.now();
  for (const { mask } of masks) cocoRleFromMaskRuns(mask);
  const finish = 1000 * seconds.finish + performance.now() - rleStart;
  const start = performance.now();
  for (const logits of sample) plainMask(logits, { width: WIDTH, height: HEIGHT, storedHigh });
  const plain = ((performance.now() - start) / sample.length) * candidates + finish;

  const after = 1000 * seconds.select + finish;
  const total = 1000 * (seconds.encode + seconds.decode) + after;
  process.stdout.write(`  ${candidates} candidates, ${masks.length} masks\n`);
  report('encoder', 1000 * seconds.encode);
  report('decoder', 1000 * seconds.decode);
  report('after the decoder: stability, boxes, runs of all candidates', 1000 * seconds.select);
  report('after the decoder: NMS and RLE', finish);
  report(`the plain way, from ${sample.length} of the candidates`, plain);
  process.stdout.write(
    `  after the decoder: ${((100 * after) / total).toFixed(1)}% of the photograph's time, ` +
      `1/${(plain / after).toFixed(0)} of the plain way\n`,
  );
}

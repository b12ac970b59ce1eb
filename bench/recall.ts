/**
 * How much of what people drew the presets find: `npm run recall -- --data FOLDER [--preset NAME ...] [--set NAME=VALUE ...]`, whole
 * generator, nothing kept from earlier runs. FOLDER as for calibrate.ts; --set changes a setting of every preset, value as JSON.
 */
import { parseArgs } from 'node:util';
import { PRESET_NAMES, type PresetName } from '../src/amg/presets.js';
import { averageRecallOf, type JudgedImage } from '../src/evaluate/average-recall.js';
import { AutomaticMaskGenerator } from '../src/library/automatic-mask-generator.js';
import { maskRunsFromCocoRle } from '../src/mask/runs/coco-rle.js';
import { DEFAULT_MODEL } from '../src/model/catalogue/catalogue.js';
import { loadModel } from '../src/model/runtime/load-model.js';
import { segmentedImages } from './calibration/human-segments.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string', default: DEFAULT_MODEL },
    preset: { type: 'string', multiple: true, default: ['reference', 'default'] },
    set: { type: 'string', multiple: true, default: [] },
  },
});
if (options.data === undefined) throw new Error('Expected --data FOLDER with images/ and segments.json');
const unknown = options.preset.filter((name) => !PRESET_NAMES.includes(name as PresetName));
if (unknown.length > 0) throw new Error(`Expected presets out of ${PRESET_NAMES.join(', ')} but received ${unknown}`);

const changed = Object.fromEntries(
  options.set.map((text) => {
    const [name, value] = text.split('=');
    return [name, JSON.parse(value)];
  }),
);
const images = await segmentedImages(options.data);
const model = await loadModel(options.model);
for (const preset of options.preset as PresetName[]) {
  const generator = new AutomaticMaskGenerator(model, { preset, ...changed });
  const judged: JudgedImage[] = [];
  let [decode, total] = [0, 0];
  for (const { path, name, segments } of images) {
    const { records, timings } = await generator.generateWithTimings(path);
    decode += timings.decode;
    total += timings.encode + timings.decode + timings.select + timings.finish;
    process.stderr.write(`${preset} ${name}: ${records.length} masks\n`);
    judged.push({
      foundMasks: records.map(({ segmentation }) => maskRunsFromCocoRle(segmentation)),
      scores: records.map(({ predicted_iou }) => predicted_iou),
      segments,
    });
  }
  const [decodeSeconds, seconds] = [decode, total].map((sum) => (sum / images.length).toFixed(2));
  const { averageRecall, maskCount, segmentCount } = averageRecallOf(judged);
  const oneForOne = averageRecallOf(judged, { competeWithin: 'image' }).averageRecall;
  process.stdout.write(
    `${preset}: ${(maskCount / images.length).toFixed(1)} masks an image, average recall ${averageRecall.toFixed(4)} ` +
      `of ${segmentCount} segments (${oneForOne.toFixed(4)} if a mask serves one of them only), ${seconds} s an image (decoder ${decodeSeconds} s)\n`,
  );
}
await model.release();

/**
 * How much of what people drew the presets find: `npm run recall -- --data FOLDER [--preset NAME ...]`, whole generator, nothing
 * kept from earlier runs. FOLDER as for calibrate.ts.
 */
import { parseArgs } from 'node:util';
import { PRESET_NAMES, type PresetName } from '../src/amg/presets.js';
import { AutomaticMaskGenerator } from '../src/automatic-mask-generator.js';
import { averageRecallOf, type JudgedPicture } from '../src/eval/average-recall.js';
import { maskRunsFromCocoRle } from '../src/mask/coco-rle.js';
import { DEFAULT_MODEL } from '../src/model/catalogue.js';
import { loadModel } from '../src/model/load-model.js';
import { segmentedPictures } from './calibration/human-segments.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string', default: DEFAULT_MODEL },
    preset: { type: 'string', multiple: true, default: ['reference', 'default'] },
  },
});
if (options.data === undefined) throw new Error('Expected --data FOLDER with images/ and segments.json');
const unknown = options.preset.filter((name) => !PRESET_NAMES.includes(name as PresetName));
if (unknown.length > 0) throw new Error(`Expected presets out of ${PRESET_NAMES.join(', ')} but received ${unknown}`);

const pictures = await segmentedPictures(options.data);
const model = await loadModel(options.model);
for (const preset of options.preset as PresetName[]) {
  const generator = new AutomaticMaskGenerator(model, { preset });
  const judged: JudgedPicture[] = [];
  const startedAt = performance.now();
  for (const { path, name, segments } of pictures) {
    const records = await generator.generate(path);
    process.stderr.write(`${preset} ${name}: ${records.length} masks\n`);
    judged.push({
      foundMasks: records.map(({ segmentation }) => maskRunsFromCocoRle(segmentation)),
      scores: records.map(({ predicted_iou }) => predicted_iou),
      segments,
    });
  }
  const seconds = (performance.now() - startedAt) / 1000 / pictures.length;
  const { averageRecall, maskCount, segmentCount } = averageRecallOf(judged);
  const oneForOne = averageRecallOf(judged, { competeWithin: 'picture' }).averageRecall;
  process.stdout.write(
    `${preset}: ${(maskCount / pictures.length).toFixed(1)} masks a picture, average recall ${averageRecall.toFixed(4)} ` +
      `of ${segmentCount} segments (${oneForOne.toFixed(4)} if a mask serves one of them only), ${seconds.toFixed(1)} s a picture\n`,
  );
}
await model.release();

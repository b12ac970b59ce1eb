/**
 * How much of what people drew the presets find, by whole runs:
 *
 *     npm run recall -- --data FOLDER --out RUNS [--preset NAME ...] [--set NAME=VALUE ...]
 *
 * FOLDER has images/ and segments.json (docs/calibration.md). RUNS gets a run for each preset, as `everything` makes it, which goes on where it was stopped; --set changes a
 * setting of every preset, value as JSON.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { parseArgs } from 'node:util';
import { PRESET_NAMES, type PresetName } from '../src/amg/presets.js';
import { everythingJob } from '../src/library/jobs.js';
import { runDataset } from '../src/library/run-dataset.js';
import { maskRunsFromCocoRle } from '../src/mask/runs/coco-rle.js';
import { DEFAULT_MODEL } from '../src/model/catalogue/catalogue.js';
import type { MaskRecord } from '../src/sam/mask-record.js';
import { averageRecallOf, type JudgedImage } from './support/average-recall.js';
import { type SegmentedImage, segmentedImages } from './support/human-segments.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    model: { type: 'string', default: DEFAULT_MODEL },
    preset: { type: 'string', multiple: true, default: [...PRESET_NAMES] },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const { data, out } = options;
if (data === undefined || out === undefined)
  throw new Error('Expected --data FOLDER with images/ and segments.json, and --out RUNS');
const unknown = options.preset.filter((name) => !PRESET_NAMES.includes(name as PresetName));
if (unknown.length > 0) throw new Error(`Expected presets out of ${PRESET_NAMES.join(', ')} but received ${unknown}`);

const changed = Object.fromEntries(
  options.set.map((text) => {
    const [name, value] = text.split('=');
    return [name, JSON.parse(value)];
  }),
);
const images = await segmentedImages(data);
for (const preset of options.preset as PresetName[]) {
  const folder = join(out, preset);
  await mkdir(folder, { recursive: true });
  const { failures } = await runDataset({
    job: everythingJob({ model: options.model, preset, ...changed }),
    inputs: [join(data, 'images')],
    out: folder,
    onEvent(event) {
      if (event.event === 'image_done') process.stderr.write(`${preset} ${event.image}: ${event.masks} masks\n`);
    },
  });
  if (failures > 0) throw new Error(`Expected masks of all images but ${failures} failed: see ${folder}`);
  const judged = await Promise.all(images.map((image) => judgedImageOf(folder, image)));
  const { averageRecall, maskCount, segmentCount } = averageRecallOf(judged);
  const oneForOne = averageRecallOf(judged, { competeWithin: 'image' }).averageRecall;
  process.stdout.write(
    `${preset}: ${(maskCount / images.length).toFixed(1)} masks an image, average recall ${averageRecall.toFixed(4)} ` +
      `of ${segmentCount} segments (${oneForOne.toFixed(4)} if a mask serves one of them only)\n`,
  );
}

async function judgedImageOf(folder: string, { name, segments }: SegmentedImage): Promise<JudgedImage> {
  const text = await readFile(join(folder, `${parse(name).name}.json`), 'utf8');
  const { annotations }: { readonly annotations: readonly MaskRecord[] } = JSON.parse(text);
  return {
    foundMasks: annotations.map(({ segmentation }) => maskRunsFromCocoRle(segmentation)),
    scores: annotations.map(({ predicted_iou }) => predicted_iou),
    segments,
  };
}

/**
 * Finds the settings that fit a model: `npm run calibrate -- --data FOLDER`. docs/calibration.md describes data, rule and result.
 *
 * FOLDER has `images/` and a COCO file `segments.json` of what people drew in them. `--candidates FOLDER` keeps what the model
 * proposed, so that a second run takes minutes less; `--chart FILE` is where the curve is drawn.
 */
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { type GeneratorSettings, REFERENCE_SETTINGS } from '../src/amg/settings.js';
import { decodeImage } from '../src/image/decode-image.js';
import { catalogueEntryNamed, DEFAULT_MODEL } from '../src/model/catalogue/catalogue.js';
import { loadModel } from '../src/model/runtime/load-model.js';
import { candidatesOfImage, keptCandidates } from './calibration/candidates.js';
import { calibrationChart } from './calibration/chart.js';
import { segmentedImages } from './calibration/human-segments.js';
import { bestOutcome, type CalibrationImage, type Outcome, outcomeOf, type Thresholds } from './calibration/sweep.js';

/** Masks an image that the chosen settings may find here, so that other photographs stay below 60. */
const MOST_MASKS_PER_PICTURE = 55;

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string', default: DEFAULT_MODEL },
    candidates: { type: 'string' },
    chart: { type: 'string', default: 'docs/calibration.png' },
  },
});
if (options.data === undefined) throw new Error('Expected --data FOLDER with images/ and segments.json');

const images = await proposedImages(options.data, options.model, options.candidates);
const reference = outcomeOf(images, thresholdsOf(REFERENCE_SETTINGS));
print(`reference: ${inWords(reference)}`);

const grid = thresholdGrid();
print(`${grid.length} settings on ${images.length} images with ${reference.segmentCount} segments`);
const outcomes = grid.map((thresholds) => outcomeOf(images, thresholds));
const chosen = bestOutcome(outcomes.filter(isAtReferenceOffset), MOST_MASKS_PER_PICTURE);
const elsewhere = bestOutcome(
  outcomes.filter((outcome) => !isAtReferenceOffset(outcome)),
  MOST_MASKS_PER_PICTURE,
);
print(`chosen: ${JSON.stringify(chosen.thresholds)}: ${inWords(chosen)}, ${gain(chosen, reference)}`);
print(`best with another offset: ${JSON.stringify(elsewhere.thresholds)}: ${inWords(elsewhere)}`);

// what is chosen on one half of the images is judged on the other
for (const parity of [0, 1]) {
  const [seen, unseen] = [parity, 1 - parity].map((rest) => images.filter((_, i) => i % 2 === rest));
  const { thresholds } = bestOutcome(
    grid.map((each) => outcomeOf(seen, each)).filter(isAtReferenceOffset),
    MOST_MASKS_PER_PICTURE,
  );
  const judged = outcomeOf(unseen, thresholds);
  const unseenReference = outcomeOf(unseen, reference.thresholds);
  print(`chosen on one half: ${JSON.stringify(thresholds)}`);
  print(`  on the other half: ${inWords(judged)}, ${gain(judged, unseenReference)}`);
}

const inUse = thresholdsOf({ ...REFERENCE_SETTINGS, ...catalogueEntryNamed(options.model).calibratedSettings });
const current = outcomeOf(images, inUse);
print(`in the catalogue: ${JSON.stringify(inUse)}: ${inWords(current)}, ${gain(current, reference)}`);
const svg = calibrationChart(outcomes, { reference, chosen: current, mostMasksPerImage: 60 });
await sharp(Buffer.from(svg)).png({ palette: true }).toFile(options.chart);
print(`drawn to ${options.chart}`);

/** The offset and the score do nearly the same; others than the reference's are tried to see that they gain nothing. */
function isAtReferenceOffset({ thresholds }: Outcome): boolean {
  return thresholds.stabilityScoreOffset === REFERENCE_SETTINGS.stabilityScoreOffset;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function inWords({ masksPerImage, averageRecall }: Outcome): string {
  return `${masksPerImage.toFixed(1)} masks an image, average recall ${averageRecall.toFixed(4)}`;
}

function gain(outcome: Outcome, than: Outcome): string {
  return `${(outcome.averageRecall / than.averageRecall).toFixed(3)} times the reference's`;
}

function thresholdsOf(settings: GeneratorSettings): Thresholds {
  const { predIouThresh, stabilityScoreThresh, stabilityScoreOffset, boxNmsThresh, nms } = settings;
  return { predIouThresh, stabilityScoreThresh, stabilityScoreOffset, boxNmsThresh, nms };
}

/** Every setting that is tried: both kinds of NMS around 0.7, and for each offset as many scores as it tells apart. */
function thresholdGrid(): Thresholds[] {
  const scoresByOffset = [
    [0.5, [0.7, 0.8, 0.85, 0.9, 0.95]],
    [1, [0.6, 0.7, 0.8, 0.85, 0.9, 0.95]],
    [2, [0.4, 0.5, 0.6, 0.7, 0.8]],
  ] as const;
  const all: Thresholds[] = [];
  for (const nms of ['box', 'mask'] as const) {
    for (const boxNmsThresh of [0.6, 0.7, 0.8]) {
      for (const predIouThresh of [0.8, 0.84, 0.86, 0.88, 0.9, 0.92]) {
        for (const [stabilityScoreOffset, scores] of scoresByOffset) {
          // other offsets are tried at one NMS threshold only
          if (stabilityScoreOffset !== 1 && boxNmsThresh !== 0.7) continue;
          for (const stabilityScoreThresh of scores) {
            all.push({ nms, boxNmsThresh, predIouThresh, stabilityScoreOffset, stabilityScoreThresh });
          }
        }
      }
    }
  }
  return all;
}

async function proposedImages(folder: string, modelName: string, keptIn?: string): Promise<CalibrationImage[]> {
  const model = await loadModel(modelName);
  const { pointsPerSide } = REFERENCE_SETTINGS;
  const all: CalibrationImage[] = [];
  for (const image of await segmentedImages(folder)) {
    const proposed = await keptCandidates(keptIn, `${image.name}.${pointsPerSide}`, async () =>
      candidatesOfImage(model, await decodeImage(image.path), pointsPerSide),
    );
    process.stderr.write(`${image.name}: ${proposed.candidates.length} candidates\n`);
    all.push({ ...image, proposed });
  }
  await model.release();
  return all;
}

/**
 * `sam-cli everything` as it would be without the decoder compiler and the mask kernels: the decoder as exported, and every
 * candidate resized, thresholded and scanned pixel by pixel. The other side of bench/whole-command.ts, and run by it:
 *
 *     node build/bench/plain-command.js IMAGE OUTPUT.json
 */
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { batchesOf } from '../src/amg/points/batches.js';
import { gridPoints } from '../src/amg/points/grid-points.js';
import { REFERENCE_SETTINGS, unitGridsOfSettings } from '../src/amg/settings.js';
import { decodeImage } from '../src/image/decode-image.js';
import { boxNms } from '../src/mask/runs/box-nms.js';
import { cocoCountsFromRuns } from '../src/mask/runs/coco-counts.js';
import { catalogueEntryNamed, DEFAULT_MODEL } from '../src/model/catalogue/catalogue.js';
import official from '../src/model/contracts/official.js';
import { placedImage } from '../src/model/runtime/decoder.js';
import { loadImageEncoder } from '../src/model/runtime/image-encoder.js';
import { loadDecoder } from '../src/model/runtime/load-decoder.js';
import { type PlainMask, plainMask } from '../test/mask/logits/plain-mask.js';

const [imagePath, outputPath] = process.argv.slice(2);
const settings = REFERENCE_SETTINGS;
const threads = availableParallelism();
const entry = catalogueEntryNamed(DEFAULT_MODEL);
const { geometry } = entry;
const encoder = await loadImageEncoder(entry.encoder.path, official.encoder, geometry, { threads });
const decoder = await loadDecoder(await readFile(entry.decoder.path), official.decoder, geometry, {
  threads,
  form: 'as-exported',
});

const image = await decodeImage(imagePath);
const { width, height } = image;
const imageDecoder = await decoder.forImage(await encoder.embeddingOf(image), placedImage(geometry, width, height));

const kept: { mask: PlainMask; predictedIou: number }[] = [];
const whole = { boxXyxy: [0, 0, width, height], layer: 0 } as const;
const points = gridPoints(unitGridsOfSettings(settings)).pointsIn(whole, {
  width,
  height,
  // the whole grid is asked, whatever it looks like
  featuresAt: () => new Float32Array(),
});
for (const point of batchesOf(points, 1)) {
  const decoded = await imageDecoder.decode(
    { count: 1, pointsPerPrompt: 1, coords: Float32Array.from(point), labels: Float32Array.of(1) },
    { predIouThresh: settings.predIouThresh },
  );
  for (const [m, predictedIou] of decoded.iouPredictions.entries()) {
    if (!(predictedIou > Math.fround(settings.predIouThresh))) continue;
    const mask = plainMask(decoded.logits, {
      width,
      height,
      storedHigh: decoded.cellsHigh,
      offset: decoded.offsets[m],
    });
    if (mask.intersection / mask.union >= settings.stabilityScoreThresh) kept.push({ mask, predictedIou });
  }
}
const boxesXyxy = kept.flatMap(({ mask }) => mask.boxXyxy);
const scores = kept.map(({ predictedIou }) => predictedIou);
const counts = boxNms(boxesXyxy, scores, settings.boxNmsThresh).map((i) =>
  cocoCountsFromRuns(Uint32Array.from(kept[i].mask.runsColumnMajor)),
);
await writeFile(outputPath, JSON.stringify(counts));

/**
 * Time against recall: full grids, and the points of a grid that look least alike, with the selection of the preset `default` and with
 * Meta's (predicted IoU above 0.88, stability at least 0.7, NMS by mask).
 *
 *     npm run points-curve -- --data FOLDER [--sides 8,16,24] [--spread 32,64] [--every N] [--rows FILE]
 *
 * FOLDER has images/ and segments.json (docs/calibration.md). --spread names the grids whose points are asked in the order of spread-order.ts, --sides those that are only
 * asked whole. A grid's points are asked once; a budget is the beginning of it, at the decoder's seconds of
 * processor time up to there, on one thread. --every takes every N-th image only,
 * --rows keeps the numbers as JSON, for `npm run figures -- points-curve`.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type EncodedCrop, encodeCrop } from '../src/amg/candidates/encoded-crop.js';
import { foundAt } from '../src/amg/found-in-batches.js';
import { batchesOf } from '../src/amg/points/batches.js';
import { gridPoints } from '../src/amg/points/grid-points.js';
import { settingsOfPreset } from '../src/amg/presets.js';
import { selectedByAgreement, voterSettings } from '../src/amg/selection/agreement.js';
import { selectedInCrop } from '../src/amg/selection/selection.js';
import { unitGridsOfSettings } from '../src/amg/settings.js';
import { decodeImage } from '../src/image/decode-image.js';
import { loadModel } from '../src/model/runtime/load-model.js';
import type { FoundMask } from '../src/sam/found-mask.js';
import type { CurvePoint } from './figures/points-curve-svg.js';
import { averageRecallOf, type JudgedImage } from './support/average-recall.js';
import { segmentedImages } from './support/human-segments.js';

/** Points that are timed together. */
const BATCH = 16;
/** Budgets of the spread order, as shares of the grid. */
const SHARES = [1 / 16, 1 / 8, 0.15, 0.25, 0.35, 0.4, 0.5, 0.55, 0.75, 1];

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    sides: { type: 'string', default: '8,16,24' },
    spread: { type: 'string', default: '32,64' },
    every: { type: 'string', default: '1' },
    rows: { type: 'string' },
  },
});
if (options.data === undefined) throw new Error('Expected --data FOLDER with images/ and segments.json');

/** A point of the curve: what was asked, and what came of it in each image. */
interface Measured {
  readonly side: number;
  readonly share: number;
  readonly isSpread: boolean;
  seconds: number;
  readonly agreement: JudgedImage[];
  readonly reference: JudgedImage[];
}

const numbersOf = (text: string) => text.split(',').map(Number);
/** Grids that are asked, and whether in the spread order. */
const grids = [
  ...numbersOf(options.sides).map((side) => [side, false] as const),
  ...numbersOf(options.spread).map((side) => [side, true] as const),
];
const measured = [
  ...numbersOf(options.sides).map((side) => measuredOf(side, 1, false)),
  ...numbersOf(options.spread).flatMap((side) => [
    ...SHARES.map((share) => measuredOf(side, share, true)),
    // the whole grid, whose points need not be chosen
    measuredOf(side, 1, false),
  ]),
];
const model = await loadModel(undefined, { threads: 1 });
const settings = settingsOfPreset('default', model.calibratedSettings);
const images = (await segmentedImages(options.data)).filter((_, i) => i % Number(options.every) === 0);
for (const { path, name, segments } of images) {
  const image = await decodeImage(path);
  const { width, height } = image;
  const whole = { boxXyxy: [0, 0, width, height], layer: 0 } as const;
  const crop = await encodeCrop(model, image, whole, voterSettings(settings), {
    encode: 0,
    decode: 0,
    select: 0,
    finish: 0,
  });
  for (const [side, isSpread] of grids) {
    const startedAt = cpuSeconds();
    const grid = gridPoints(unitGridsOfSettings({ ...settings, pointsPerSide: side }), isSpread ? 1 - 1e-9 : 1);
    const points = grid.pointsIn(whole, crop.encoded);
    const choosing = cpuSeconds() - startedAt;
    const asked = await askedOf(crop, points);
    for (const each of measured.filter((other) => other.side === side)) {
      const part = asked.slice(0, Math.round(asked.length * each.share));
      const masks = part.flatMap(({ found }) => found);
      const judged = (kept: readonly FoundMask[]): JudgedImage => ({
        foundMasks: kept.map(({ mask }) => mask),
        scores: kept.map(({ predictedIou }) => predictedIou),
        segments,
      });
      each.seconds += part.reduce((sum, { seconds }) => sum + seconds, each.isSpread ? choosing : 0);
      each.agreement.push(judged(selectedByAgreement(masks, settings, image, each.share)));
      const good = masks.filter(
        ({ predictedIou, stabilityScore }) => predictedIou > Math.fround(0.88) && stabilityScore >= 0.7,
      );
      each.reference.push(judged(selectedInCrop(good, { nms: 'mask', boxNmsThresh: 0.7 })));
    }
    process.stderr.write(`${name} ${side}\n`);
  }
}
await model.release();
report();

/** Processor time of this process; a busy machine changes it less than the time that passes. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function measuredOf(side: number, share: number, isSpread: boolean): Measured {
  return { side, share, isSpread, seconds: 0, agreement: [], reference: [] };
}

/** What each batch of points found, and the seconds it took. */
async function askedOf(crop: EncodedCrop, points: Float64Array) {
  const asked: { found: FoundMask[]; seconds: number }[] = [];
  for (const batch of batchesOf(points, BATCH)) {
    const startedAt = cpuSeconds();
    asked.push({ found: await foundAt(crop, batch), seconds: cpuSeconds() - startedAt });
  }
  return asked;
}

function report(): void {
  const rows = measured.map(({ side, share, isSpread, seconds, agreement, reference }) => ({
    side,
    share,
    isSpread,
    seconds: seconds / images.length,
    ...Object.fromEntries(
      Object.entries({ agreement, reference }).flatMap(([name, judged]) => {
        const { averageRecall, maskCount } = averageRecallOf(judged);
        return [
          [`${name}Recall`, averageRecall],
          [`${name}Masks`, maskCount / images.length],
        ];
      }),
    ),
  })) as CurvePoint[];
  for (const row of rows) {
    const full = rows.find((other) => other.side === row.side && !other.isSpread) ?? row;
    process.stdout.write(
      `${row.side} x ${row.side}${row.isSpread ? ` spread ${(100 * row.share).toFixed(1)}%` : ''}: ${row.seconds.toFixed(2)} s ` +
        `(${(row.seconds / full.seconds).toFixed(3)}), agreement ${row.agreementMasks.toFixed(1)} masks ${row.agreementRecall.toFixed(4)} ` +
        `(${(row.agreementRecall / full.agreementRecall).toFixed(3)}), predicted IoU ${row.referenceMasks.toFixed(1)} masks ` +
        `${row.referenceRecall.toFixed(4)} (${(row.referenceRecall / full.referenceRecall).toFixed(3)})\n`,
    );
  }
  if (options.rows !== undefined) writeFileSync(options.rows, JSON.stringify(rows, null, 1));
}

/**
 * Everything that a grid of points finds in an image, before any filter that calibration may move. The model runs once an
 * image; each setting of a sweep then only filters what is kept here.
 *
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeCrop } from '../../src/amg/candidates/encoded-crop.js';
import { proposedMasks } from '../../src/amg/candidates/proposed-masks.js';
import { batchesOf } from '../../src/amg/points/batches.js';
import { cropBoxesOfImage } from '../../src/amg/points/crop-boxes.js';
import { gridPoints } from '../../src/amg/points/grid-points.js';
import { REFERENCE_SETTINGS, unitGridsOfSettings } from '../../src/amg/settings.js';
import { cocoCountsFromRuns, runsFromCocoCounts } from '../../src/mask/runs/coco-counts.js';
import type { FoundMask } from '../../src/sam/found-mask.js';
import type { RgbImage } from '../../src/sam/rgb-image.js';
import type { SegmentationModel } from '../../src/sam/segmentation-model.js';
import { measureAnswer, measurerOf } from '../../src/segment/measure-answers.js';

/** Offsets, in logits, for which every candidate's stability score is kept. */
export const STABILITY_OFFSETS: readonly number[] = [0.5, 1, 2];

/** No sweep goes below these, so nothing below them is kept. The score is the one of offset 1. */
const LOOSEST = { ...REFERENCE_SETTINGS, predIouThresh: 0.6, stabilityScoreThresh: 0.5 };

/** One mask that the model proposed. */
export interface CandidateMask extends Pick<FoundMask, 'mask' | 'area' | 'boxXyxy' | 'predictedIou'> {
  /** One a {@link STABILITY_OFFSETS}. */
  readonly stabilityScores: readonly number[];
}

/** The candidates of one image, in the order of the grid. */
export interface ImageCandidates {
  readonly width: number;
  readonly height: number;
  readonly candidates: readonly CandidateMask[];
}

/** Asks the model about every point of the grid. */
export async function candidatesOfImage(
  model: SegmentationModel,
  image: RgbImage,
  pointsPerSide: number,
): Promise<ImageCandidates> {
  const { width, height } = image;
  const settings = { ...LOOSEST, pointsPerSide };
  const [whole] = cropBoxesOfImage(width, height, 0, 0);
  const crop = await encodeCrop(model, image, whole, settings, { encode: 0, decode: 0, select: 0, finish: 0 });
  const points = gridPoints(unitGridsOfSettings(settings)).pointsIn(whole, crop.encoded);
  const measurers = STABILITY_OFFSETS.map((stabilityScoreOffset) =>
    measurerOf(image, model.geometry, { stabilityScoreOffset }),
  );
  const candidates: CandidateMask[] = [];
  for (const batch of batchesOf(points, settings.pointsPerBatch)) {
    for await (const proposed of proposedMasks(crop, batch)) {
      if (proposed.area === 0) continue;
      const { mask, area, boxXyxy, predictedIou } = proposed.toFoundMask();
      const stabilityScores = measurers.map((measurer) => {
        measureAnswer(measurer, proposed.decoded, proposed.at);
        return measurer.stabilityScore;
      });
      candidates.push({ mask, area, boxXyxy, predictedIou, stabilityScores });
    }
  }
  return { width, height, candidates };
}

/** The candidates of an image from the folder where an earlier run kept them, made and kept there if they are not. */
export async function keptCandidates(
  folder: string | undefined,
  name: string,
  make: () => Promise<ImageCandidates>,
): Promise<ImageCandidates> {
  if (folder === undefined) return make();
  const path = join(folder, `${name}.candidates.json`);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined) return parsed(text);
  const made = await make();
  await mkdir(folder, { recursive: true });
  const candidates = made.candidates.map(({ mask, ...rest }) => ({
    ...rest,
    counts: cocoCountsFromRuns(mask.runsColumnMajor),
  }));
  await writeFile(path, JSON.stringify({ ...made, candidates }));
  return made;
}

function parsed(text: string): ImageCandidates {
  const { width, height, candidates } = JSON.parse(text);
  return {
    width,
    height,
    candidates: candidates.map(({ counts, ...rest }: Omit<CandidateMask, 'mask'> & { counts: string }) => ({
      ...rest,
      mask: { width, height, runsColumnMajor: runsFromCocoCounts(counts, width * height) },
    })),
  };
}

/**
 * Everything that a grid of points finds in an image, before any filter that calibration may move. The model runs once a
 * image; each setting of a sweep then only filters what is kept here.
 *
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pointsInCropXy, unitPointGrid } from '../../src/amg/point-grids.js';
import { foregroundPointPrompts } from '../../src/amg/point-prompts.js';
import { MaskMeasurer } from '../../src/mask/logits/mask-measurer.js';
import { createResizePlan } from '../../src/mask/logits/resize-plan.js';
import { cocoCountsFromRuns, runsFromCocoCounts } from '../../src/mask/runs/coco-counts.js';
import type { RgbImage } from '../../src/sam/rgb-image.js';
import type { SegmentationModel } from '../../src/sam/segmentation-model.js';

/** Offsets, in logits, for which every candidate's stability score is kept. */
export const STABILITY_OFFSETS: readonly number[] = [0.5, 1, 2];

/** No sweep goes below these, so nothing below them is kept. The score is the one of offset 1. */
const LOOSEST = { predIouThresh: 0.6, stabilityScoreThresh: 0.5 };

const POINTS_PER_BATCH = 64;

/** One mask that the model proposed. */
export interface CandidateMask {
  readonly predictedIou: number;
  /** One a {@link STABILITY_OFFSETS}. */
  readonly stabilityScores: readonly number[];
  /** Outermost pixels, inclusive. */
  readonly boxXyxy: readonly number[];
  readonly runsColumnMajor: Uint32Array;
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
  const plan = createResizePlan({ width, height, geometry: model.geometry });
  const measurers = STABILITY_OFFSETS.map((stabilityScoreOffset) => new MaskMeasurer(plan, { stabilityScoreOffset }));
  const encoded = await model.encode(image);
  const pointsXy = pointsInCropXy(unitPointGrid(pointsPerSide), width, height);
  const candidates: CandidateMask[] = [];
  for (let first = 0; first < pointsXy.length; first += 2 * POINTS_PER_BATCH) {
    const prompts = foregroundPointPrompts(pointsXy.subarray(first, first + 2 * POINTS_PER_BATCH));
    const decoded = await encoded.decode(prompts, { predIouThresh: LOOSEST.predIouThresh });
    for (const [i, predictedIou] of decoded.iouPredictions.entries()) {
      if (!(predictedIou > LOOSEST.predIouThresh)) continue;
      const stabilityScores = measurers.map((measurer) => {
        measurer.measure(decoded.logits, decoded.offsets[i], decoded.cellsHigh);
        return measurer.stabilityScore;
      });
      const [measurer] = measurers;
      if (!(stabilityScores[1] >= LOOSEST.stabilityScoreThresh) || measurer.area === 0) continue;
      candidates.push({
        predictedIou,
        stabilityScores,
        boxXyxy: Array.from(measurer.boxXyxy),
        runsColumnMajor: measurer.runsColumnMajor.slice(),
      });
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
  const candidates = made.candidates.map(({ runsColumnMajor, ...rest }) => ({
    ...rest,
    counts: cocoCountsFromRuns(runsColumnMajor),
  }));
  await writeFile(path, JSON.stringify({ ...made, candidates }));
  return made;
}

function parsed(text: string): ImageCandidates {
  const { width, height, candidates } = JSON.parse(text);
  return {
    width,
    height,
    candidates: candidates.map(({ counts, ...rest }: Omit<CandidateMask, 'runsColumnMajor'> & { counts: string }) => ({
      ...rest,
      runsColumnMajor: Uint32Array.from(runsFromCocoCounts(counts, width * height)),
    })),
  };
}

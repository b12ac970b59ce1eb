/**
 * Everything that a grid of points finds in a picture, before any filter that calibration may move. The model runs once a
 * picture; each setting of a sweep then only filters what is kept here.
 *
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pointsInCropXy, unitPointGrid } from '../../src/amg/point-grids.js';
import { foregroundPointPrompts } from '../../src/amg/point-prompts.js';
import type { RgbImage, SegmentationModel } from '../../src/amg/segmentation-model.js';
import { cocoCountsFromRuns, runsFromCocoCounts } from '../../src/mask/coco-counts.js';
import { MaskWalker } from '../../src/mask/mask-walker.js';
import { createResizePlan } from '../../src/mask/resize-plan.js';

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

/** The candidates of one picture, in the order of the grid. */
export interface PictureCandidates {
  readonly width: number;
  readonly height: number;
  readonly candidates: readonly CandidateMask[];
}

/** Asks the model about every point of the grid. */
export async function candidatesOfImage(
  model: SegmentationModel,
  image: RgbImage,
  pointsPerSide: number,
): Promise<PictureCandidates> {
  const { width, height } = image;
  const { inputSize, lowResSize } = model;
  const plan = createResizePlan({ width, height, inputSize, lowResSize });
  const walkers = STABILITY_OFFSETS.map((stabilityScoreOffset) => new MaskWalker(plan, { stabilityScoreOffset }));
  const encoded = await model.encode(image);
  const pointsXy = pointsInCropXy(unitPointGrid(pointsPerSide), width, height);
  const candidates: CandidateMask[] = [];
  for (let first = 0; first < pointsXy.length; first += 2 * POINTS_PER_BATCH) {
    const prompts = foregroundPointPrompts(pointsXy.subarray(first, first + 2 * POINTS_PER_BATCH));
    const decoded = await encoded.decode(prompts, { predIouThresh: LOOSEST.predIouThresh });
    for (const [i, predictedIou] of decoded.iouPredictions.entries()) {
      if (!(predictedIou > LOOSEST.predIouThresh)) continue;
      const stabilityScores = walkers.map((walker) => {
        walker.measure(decoded.logits, decoded.offsets[i], decoded.cellsHigh);
        return walker.stabilityScore;
      });
      const [walker] = walkers;
      if (!(stabilityScores[1] >= LOOSEST.stabilityScoreThresh) || walker.area === 0) continue;
      candidates.push({
        predictedIou,
        stabilityScores,
        boxXyxy: Array.from(walker.boxXyxy),
        runsColumnMajor: walker.runsColumnMajor.slice(),
      });
    }
  }
  return { width, height, candidates };
}

/** The candidates of a picture from the folder where an earlier run kept them, made and kept there if they are not. */
export async function keptCandidates(
  folder: string | undefined,
  name: string,
  make: () => Promise<PictureCandidates>,
): Promise<PictureCandidates> {
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

function parsed(text: string): PictureCandidates {
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

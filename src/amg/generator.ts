import { boxNms } from '../mask/box-nms.js';
import { cocoCountsFromRuns } from '../mask/coco-counts.js';
import { MaskWalker } from '../mask/mask-walker.js';
import { createResizePlan } from '../mask/resize-plan.js';
import { type CropBox, cropBoxesOfImage } from './crop-boxes.js';
import { isBoxNearCropEdge } from './crop-edge.js';
import { cropOfImage } from './crop-image.js';
import type { MaskRecord } from './mask-record.js';
import { pointsInCropXy, unitPointGrid } from './point-grids.js';
import type { EncodedImage, PromptBatch, RgbImage, SegmentationModel } from './segmentation-model.js';
import { type GeneratorSettings, resolveSettings } from './settings.js';

/** Seconds that each stage of a picture took. */
export interface GenerateTimings {
  /** Resizing, normalising and the image encoder. */
  encode: number;
  /** Prompt encoder and mask decoder, all points. */
  decode: number;
  /** Filters, boxes and runs of all candidates. */
  select: number;
  /** NMS and run-length strings of the survivors. */
  finish: number;
}

/** Options of {@link MaskGenerator.generate}. */
export interface GenerateOptions {
  /** Told how many points are answered, after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A picture's masks and what they cost. */
export interface GenerateResult {
  readonly records: MaskRecord[];
  readonly timings: GenerateTimings;
}

/** A mask that passed the filters of its crop. */
interface Candidate {
  /** Outermost true pixels, x0, y0, x1, y1 inclusive, in pixels of the picture. */
  readonly boxXyxy: readonly [number, number, number, number];
  readonly predictedIou: number;
  readonly stabilityScore: number;
  readonly area: number;
  /** x, y in pixels of the picture. */
  readonly pointXy: readonly [number, number];
  /** Runs of the whole picture. */
  readonly runsColumnMajor: Uint32Array;
  readonly crop: CropBox;
}

/** Logits above this belong to the mask. Part of the model, not a setting: SAM was trained so. */
const MASK_THRESHOLD = 0;

/**
 * Makes all masks of a picture: a grid of points through the model, filtered by predicted IoU and stability, duplicates removed.
 *
 * Follows `SamAutomaticMaskGenerator` of segment-anything (commit dca509f), method by method.
 */
export class MaskGenerator {
  readonly settings: GeneratorSettings;
  readonly #model: SegmentationModel;

  /**
   * @param model - See `loadModel`.
   * @param settings - What differs from the reference's defaults.
   * @throws SamError `bad-usage` for an unknown setting or a value out of range.
   */
  constructor(model: SegmentationModel, settings: Partial<GeneratorSettings> = {}) {
    this.#model = model;
    this.settings = resolveSettings(settings);
  }

  /** All masks of a picture, best predicted IoU first. */
  async generate(image: RgbImage, options: GenerateOptions = {}): Promise<MaskRecord[]> {
    return (await this.generateWithTimings(image, options)).records;
  }

  /** As {@link MaskGenerator.generate}, with the seconds of each stage. */
  async generateWithTimings(image: RgbImage, options: GenerateOptions = {}): Promise<GenerateResult> {
    const timings: GenerateTimings = { encode: 0, decode: 0, select: 0, finish: 0 };
    const candidates: Candidate[] = [];
    for (const crop of cropBoxesOfImage(image.width, image.height, 0, 0)) {
      candidates.push(...(await this.#candidatesOfCrop(image, crop, timings, options)));
    }
    const startedAt = performance.now();
    const records = candidates.map((candidate, i) => recordOf(candidate, image, i + 1));
    timings.finish += secondsSince(startedAt);
    return { records, timings };
  }

  /** Masks of one crop without duplicates, best predicted IoU first (`_process_crop`). */
  async #candidatesOfCrop(
    image: RgbImage,
    crop: CropBox,
    timings: GenerateTimings,
    options: GenerateOptions,
  ): Promise<Candidate[]> {
    const [x0, y0, x1, y1] = crop.boxXyxy;
    const [width, height] = [x1 - x0, y1 - y0];
    const encodeStartedAt = performance.now();
    const encoded = await this.#model.encode(cropOfImage(image, crop.boxXyxy));
    timings.encode += secondsSince(encodeStartedAt);

    const { inputSize, lowResSize } = this.#model;
    const walker = new MaskWalker(createResizePlan({ width, height, inputSize, lowResSize }), {
      maskThreshold: MASK_THRESHOLD,
      stabilityScoreOffset: this.settings.stabilityScoreOffset,
      stabilityScoreThresh: this.settings.stabilityScoreThresh,
      picture: { width: image.width, height: image.height, left: x0, top: y0 },
    });
    const pointsXy = pointsInCropXy(unitPointGrid(this.settings.pointsPerSide), width, height);
    const total = pointsXy.length / 2;
    const candidates: Candidate[] = [];
    for (let first = 0; first < total; first += this.settings.pointsPerBatch) {
      const end = Math.min(total, first + this.settings.pointsPerBatch);
      const batchXy = pointsXy.subarray(2 * first, 2 * end);
      candidates.push(...(await this.#candidatesOfBatch(encoded, batchXy, walker, image, crop, timings)));
      options.onProgress?.(end, total);
    }

    const startedAt = performance.now();
    const kept = withoutDuplicates(candidates, this.settings.boxNmsThresh);
    timings.finish += secondsSince(startedAt);
    return kept;
  }

  /** Masks of some points of a crop that pass every filter that looks at a single mask (`_process_batch`). */
  async #candidatesOfBatch(
    encoded: EncodedImage,
    pointsInCrop: Float64Array,
    walker: MaskWalker,
    image: RgbImage,
    crop: CropBox,
    timings: GenerateTimings,
  ): Promise<Candidate[]> {
    // the reference compares float32 with float32
    const predIouThresh = Math.fround(this.settings.predIouThresh);
    const decodeStartedAt = performance.now();
    const decoded = await encoded.decode(foregroundPoints(pointsInCrop), { predIouThresh });
    timings.decode += secondsSince(decodeStartedAt);

    const selectStartedAt = performance.now();
    const { masksPerPrompt, iouPredictions, logits, offsets, cellsHigh } = decoded;
    const [x0, y0] = crop.boxXyxy;
    const imageXyxy = [0, 0, image.width, image.height];
    const candidates: Candidate[] = [];
    for (let i = 0; i < iouPredictions.length; i++) {
      if (!(iouPredictions[i] > predIouThresh)) continue;
      if (!walker.measure(logits, offsets[i], cellsHigh)) continue;
      if (isBoxNearCropEdge(walker.boxXyxy, crop.boxXyxy, imageXyxy)) continue;
      const [left, top, right, bottom] = walker.boxXyxy;
      const point = 2 * Math.floor(i / masksPerPrompt);
      candidates.push({
        boxXyxy: [left + x0, top + y0, right + x0, bottom + y0],
        predictedIou: iouPredictions[i],
        stabilityScore: walker.stabilityScore,
        area: walker.area,
        pointXy: [pointsInCrop[point] + x0, pointsInCrop[point + 1] + y0],
        runsColumnMajor: walker.runsColumnMajor.slice(),
        crop,
      });
    }
    timings.select += secondsSince(selectStartedAt);
    return candidates;
  }
}

/** A prompt of one foreground point for each x, y. */
function foregroundPoints(pointsXy: Float64Array): PromptBatch {
  const count = pointsXy.length / 2;
  return { count, pointsPerPrompt: 1, coords: Float32Array.from(pointsXy), labels: new Float32Array(count).fill(1) };
}

/** Candidates whose box no better one covers, best predicted IoU first. */
function withoutDuplicates(candidates: readonly Candidate[], iouThresh: number): Candidate[] {
  const boxesXyxy = Float32Array.from(candidates.flatMap((candidate) => candidate.boxXyxy));
  const scores = Float32Array.from(candidates, (candidate) => candidate.predictedIou);
  return boxNms(boxesXyxy, scores, iouThresh).map((index) => candidates[index]);
}

function recordOf(candidate: Candidate, image: RgbImage, id: number): MaskRecord {
  const [x0, y0, x1, y1] = candidate.boxXyxy;
  const [cropX0, cropY0, cropX1, cropY1] = candidate.crop.boxXyxy;
  return {
    id,
    segmentation: { size: [image.height, image.width], counts: cocoCountsFromRuns(candidate.runsColumnMajor) },
    area: candidate.area,
    bbox: [x0, y0, x1 - x0, y1 - y0],
    predicted_iou: candidate.predictedIou,
    stability_score: candidate.stabilityScore,
    point_coords: [candidate.pointXy],
    crop_box: [cropX0, cropY0, cropX1 - cropX0, cropY1 - cropY0],
  };
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}

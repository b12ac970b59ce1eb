import { cropOfImage } from '../image/crop-image.js';
import { MaskMeasurer } from '../mask/logits/mask-measurer.js';
import { createResizePlan } from '../mask/logits/resize-plan.js';
import type { MaskRecord } from '../sam/mask-record.js';
import type { RgbImage } from '../sam/rgb-image.js';
import type { DecodedBatch, EncodedImage, SegmentationModel } from '../sam/segmentation-model.js';
import { type Candidate, recordOf } from './candidate.js';
import { candidatesWithoutOverlaps } from './candidates-without-overlaps.js';
import { type CropBox, cropBoxesOfImage } from './crop-boxes.js';
import { isBoxNearCropEdge } from './crop-edge.js';
import { inverseCropAreaOf, withoutDuplicates } from './duplicates.js';
import { pointOfEachMask, refinementPrompts, somePrompts } from './mask-prompts.js';
import { pointsInCropXy } from './point-grids.js';
import { foregroundPointPrompts } from './point-prompts.js';
import { type GeneratorSettings, resolveSettings, unitGridsOfSettings } from './settings.js';
import { cleanedAsPaper, cleanedAsReference } from './small-candidate-regions.js';

/** Seconds that each stage of an image took. */
export interface GenerateTimings {
  /** Resizing, normalising and the image encoder, all crops. */
  encode: number;
  /** Prompt encoder and mask decoder, all points. */
  decode: number;
  /** Filters, boxes and runs of all candidates. */
  select: number;
  /** Duplicates, small regions, overlaps and run-length strings of the survivors. */
  finish: number;
}

/** Options of {@link MaskGenerator.generate}. */
export interface GenerateOptions {
  /** Told how many points are answered, of all crops, after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Told as each crop begins, 1 the first, when an image has several. */
  readonly onCrop?: (crop: number, crops: number) => void;
}

/** An image's masks and what they cost. */
export interface GenerateResult {
  readonly records: MaskRecord[];
  readonly timings: GenerateTimings;
}

/** One image on its way through the generator. */
interface Task {
  readonly image: RgbImage;
  readonly timings: GenerateTimings;
  /** Told how many more points are answered. */
  readonly answered: (points: number) => void;
}

/** One crop of it, encoded. */
interface CropTask extends Task {
  readonly crop: CropBox;
  readonly encoded: EncodedImage;
  readonly measurer: MaskMeasurer;
}

/** What the decoder said about some points. */
interface Answer {
  readonly decoded: DecodedBatch;
  /** [B, 2] the point of each prompt, in pixels of the crop. */
  readonly pointsInCrop: Float64Array;
}

/**
 * Makes all masks of an image: a grid of points through the model, filtered by predicted IoU and stability, duplicates
 * removed; crops of it likewise where small objects matter.
 *
 * Follows `SamAutomaticMaskGenerator` of segment-anything (commit dca509f), method by method.
 */
export class MaskGenerator {
  readonly settings: GeneratorSettings;
  readonly #model: SegmentationModel;
  readonly #unitGridsByLayer: readonly Float64Array[];

  /**
   * @param model - See `loadModel`.
   * @param settings - What differs from the reference's defaults.
   * @throws SamError `bad-usage` for an unknown setting or a value out of range, `bad-point-grid` for grids that cannot be asked.
   */
  constructor(model: SegmentationModel, settings: Partial<GeneratorSettings> = {}) {
    this.#model = model;
    this.settings = resolveSettings(settings);
    this.#unitGridsByLayer = unitGridsOfSettings(this.settings);
  }

  /**
   * All masks of an image. Those of one crop come best predicted IoU first, those of several crops from the smallest crop
   * to the whole image.
   */
  async generate(image: RgbImage, options: GenerateOptions = {}): Promise<MaskRecord[]> {
    return (await this.generateWithTimings(image, options)).records;
  }

  /** As {@link MaskGenerator.generate}, with the seconds of each stage. */
  async generateWithTimings(image: RgbImage, options: GenerateOptions = {}): Promise<GenerateResult> {
    const timings: GenerateTimings = { encode: 0, decode: 0, select: 0, finish: 0 };
    const candidates = await this.#candidatesOfImage(image, timings, options);
    const startedAt = performance.now();
    const finished = this.#withoutOverlaps(this.#withoutSmallRegions(candidates));
    const records = finished.map((candidate, i) => recordOf(candidate, i + 1));
    timings.finish += secondsSince(startedAt);
    return { records, timings };
  }

  /** Masks of all crops without duplicates (`_generate_masks`). */
  async #candidatesOfImage(image: RgbImage, timings: GenerateTimings, options: GenerateOptions): Promise<Candidate[]> {
    const { cropNLayers, cropOverlapRatio, cropNmsThresh, nms } = this.settings;
    const crops = cropBoxesOfImage(image.width, image.height, cropNLayers, cropOverlapRatio);
    const total = crops.reduce((points, { layer }) => points + this.#unitGridsByLayer[layer].length / 2, 0);
    let done = 0;
    const answered = (points: number) => {
      done += points;
      options.onProgress?.(done, total);
    };

    const candidates: Candidate[] = [];
    for (const [i, crop] of crops.entries()) {
      if (crops.length > 1) options.onCrop?.(i + 1, crops.length);
      candidates.push(...(await this.#candidatesOfCrop({ image, timings, answered }, crop)));
    }
    if (crops.length === 1) return candidates;
    const startedAt = performance.now();
    const kept = withoutDuplicates(candidates, inverseCropAreaOf, { nms, iouThresh: cropNmsThresh });
    timings.finish += secondsSince(startedAt);
    return kept;
  }

  /** Masks of one crop without duplicates, best predicted IoU first (`_process_crop`). */
  async #candidatesOfCrop(task: Task, crop: CropBox): Promise<Candidate[]> {
    const { image, timings } = task;
    const { stabilityScoreOffset, stabilityScoreThresh, pointsPerBatch, boxNmsThresh, nms } = this.settings;
    const encodeStartedAt = performance.now();
    const encoded = await this.#model.encode(cropOfImage(image, crop.boxXyxy));
    timings.encode += secondsSince(encodeStartedAt);

    const { width, height } = encoded;
    const { geometry } = this.#model;
    const [left, top] = crop.boxXyxy;
    const measurer = new MaskMeasurer(createResizePlan({ width, height, geometry }), {
      maskThreshold: geometry.maskThreshold,
      stabilityScoreOffset,
      stabilityScoreThresh,
      image: { width: image.width, height: image.height, left, top },
    });
    const pointsXy = pointsInCropXy(this.#unitGridsByLayer[crop.layer], width, height);
    const candidates: Candidate[] = [];
    for (let first = 0; first < pointsXy.length; first += 2 * pointsPerBatch) {
      const batchXy = pointsXy.subarray(first, first + 2 * pointsPerBatch);
      candidates.push(...(await this.#candidatesOfBatch({ ...task, crop, encoded, measurer }, batchXy)));
      task.answered(batchXy.length / 2);
    }

    const finishStartedAt = performance.now();
    const kept = withoutDuplicates(candidates, bestPredicted, { nms, iouThresh: boxNmsThresh });
    timings.finish += secondsSince(finishStartedAt);
    return kept;
  }

  /** Masks of some points of a crop that pass every filter that looks at a single mask (`_process_batch`). */
  async #candidatesOfBatch(task: CropTask, pointsInCrop: Float64Array): Promise<Candidate[]> {
    const candidates: Candidate[] = [];
    for await (const answer of this.#answersAbout(task, pointsInCrop)) {
      const startedAt = performance.now();
      candidates.push(...this.#candidatesOfAnswer(task, answer));
      task.timings.select += secondsSince(startedAt);
    }
    return candidates;
  }

  /** The decoder's masks for some points, straight or refined once. Each answer is gone when the next one is asked for. */
  async *#answersAbout({ encoded, timings }: CropTask, pointsInCrop: Float64Array): AsyncGenerator<Answer> {
    const { useM2m, pointsPerBatch } = this.settings;
    const predIouThresh = this.#predIouThresh;
    const startedAt = performance.now();
    const prompts = foregroundPointPrompts(pointsInCrop);
    const decoded = await encoded.decode(prompts, useM2m ? { cells: 'all' } : { predIouThresh });
    timings.decode += secondsSince(startedAt);
    if (!useM2m) {
      yield { decoded, pointsInCrop };
      return;
    }
    const refinements = refinementPrompts(pointsInCrop, decoded, this.#model.geometry.lowResSize);
    const refinedPoints = pointOfEachMask(pointsInCrop, decoded.masksPerPrompt);
    for (let first = 0; first < refinements.count; first += pointsPerBatch) {
      const refineStartedAt = performance.now();
      const end = Math.min(refinements.count, first + pointsPerBatch);
      const batch = somePrompts(refinements, first, end);
      const refined = await encoded.decode(batch, { masks: 'single', predIouThresh });
      timings.decode += secondsSince(refineStartedAt);
      yield { decoded: refined, pointsInCrop: refinedPoints.subarray(2 * first, 2 * end) };
    }
  }

  #candidatesOfAnswer({ image, crop, measurer }: CropTask, { decoded, pointsInCrop }: Answer): Candidate[] {
    const { masksPerPrompt, iouPredictions, logits, offsets, cellsHigh } = decoded;
    const predIouThresh = this.#predIouThresh;
    const { width, height } = image;
    const [x0, y0] = crop.boxXyxy;
    const mostArea = (this.settings.maxMaskCoverage ?? Number.POSITIVE_INFINITY) * width * height;
    const candidates: Candidate[] = [];
    for (let i = 0; i < iouPredictions.length; i++) {
      if (!(iouPredictions[i] > predIouThresh)) continue;
      if (!measurer.measure(logits, offsets[i], cellsHigh)) continue;
      if (isBoxNearCropEdge(measurer.boxXyxy, crop.boxXyxy, [0, 0, width, height])) continue;
      if (measurer.area >= mostArea) continue;
      const [left, top, right, bottom] = measurer.boxXyxy;
      const point = 2 * Math.floor(i / masksPerPrompt);
      candidates.push({
        mask: { width, height, runsColumnMajor: measurer.runsColumnMajor.slice() },
        area: measurer.area,
        boxXyxy: [left + x0, top + y0, right + x0, bottom + y0],
        predictedIou: iouPredictions[i],
        stabilityScore: measurer.stabilityScore,
        pointXy: [pointsInCrop[point] + x0, pointsInCrop[point + 1] + y0],
        crop,
      });
    }
    return candidates;
  }

  /** Masks without specks and pinholes (`postprocess_small_regions`, or as in the paper). */
  #withoutSmallRegions(candidates: readonly Candidate[]): readonly Candidate[] {
    const { minMaskRegionArea, smallRegions, boxNmsThresh, cropNmsThresh, nms } = this.settings;
    if (minMaskRegionArea === 0) return candidates;
    if (smallRegions === 'paper') return cleanedAsPaper(candidates, minMaskRegionArea);
    const iouThresh = Math.max(boxNmsThresh, cropNmsThresh);
    return cleanedAsReference(candidates, minMaskRegionArea, { nms, iouThresh });
  }

  #withoutOverlaps(candidates: readonly Candidate[]): readonly Candidate[] {
    const { nonOverlapping } = this.settings;
    return nonOverlapping === 'none' ? candidates : candidatesWithoutOverlaps(candidates, nonOverlapping);
  }

  /** What a predicted IoU has to exceed. The reference compares float32 with float32, and keeps all masks at 0. */
  get #predIouThresh(): number {
    const { predIouThresh } = this.settings;
    return predIouThresh > 0 ? Math.fround(predIouThresh) : Number.NEGATIVE_INFINITY;
  }
}

function bestPredicted(candidate: Candidate): number {
  return candidate.predictedIou;
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}

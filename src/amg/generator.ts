import type { FoundMask, FoundMasks, StageSeconds } from '../sam/found-mask.js';
import type { RgbImage } from '../sam/rgb-image.js';
import type { SegmentationModel } from '../sam/segmentation-model.js';
import { encodeCrop } from './candidates/encoded-crop.js';
import { proposedMasks } from './candidates/proposed-masks.js';
import { type CropBox, cropBoxesOfImage } from './points/crop-boxes.js';
import { gridPoints } from './points/grid-points.js';
import type { PointSource } from './points/point-source.js';
import { selectedByAgreement, voterSettings } from './selection/agreement.js';
import { selectedInCrop, selectedInImage } from './selection/selection.js';
import { singleMaskFilter } from './selection/single-mask-filter.js';
import { type GeneratorSettings, resolveSettings, unitGridsOfSettings } from './settings.js';

/** Options of {@link MaskGenerator.generate}. */
export interface GenerateOptions {
  /** Told how many points are answered, of all crops, after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Told as each crop begins, 1 the first, when an image has several. */
  readonly onCrop?: (crop: number, crops: number) => void;
}

/** One image on its way through the generator. */
interface ImageTask {
  readonly image: RgbImage;
  readonly points: PointSource;
  /** Share of the grids' points that is asked. */
  readonly shareAsked: number;
  readonly seconds: StageSeconds;
  /** Told how many more points are answered, or need no answer. */
  readonly answered: (points: number) => void;
}

/**
 * Makes all masks of an image: a grid of points through the model, filtered by predicted IoU and stability, duplicates
 * removed; crops of it likewise where small objects matter.
 *
 * Follows `SamAutomaticMaskGenerator` of segment-anything (commit dca509f). Where to look (points), what the model says there
 * (candidates) and what is kept of it (selection) are the three folders beside this file; here they are put together.
 */
export class MaskGenerator {
  readonly settings: GeneratorSettings;
  readonly #model: SegmentationModel;
  readonly #points: PointSource | undefined;
  readonly #unitGridsByLayer: readonly Float64Array[];

  /**
   * @param model - See `loadModel`.
   * @param settings - What differs from the reference's defaults.
   * @param points - Where to ask. @default the grids of the settings, within their budget
   * @throws SamError `bad-usage` for an unknown setting or a value out of range, `bad-point-grid` for grids that cannot be asked.
   */
  constructor(model: SegmentationModel, settings: Partial<GeneratorSettings> = {}, points?: PointSource) {
    this.#model = model;
    this.settings = resolveSettings(settings);
    this.#points = points;
    this.#unitGridsByLayer = unitGridsOfSettings(this.settings);
  }

  /**
   * All masks of an image. Those of one crop come best first by the ranking of the settings, those of several crops from the smallest
   * crop to the whole image.
   */
  async generate(image: RgbImage, options: GenerateOptions = {}): Promise<FoundMasks> {
    const { cropNLayers, cropOverlapRatio } = this.settings;
    const crops = cropBoxesOfImage(image.width, image.height, cropNLayers, cropOverlapRatio);
    const task = this.#taskOf(image, crops, options);
    const masksByCrop: FoundMask[][] = [];
    for (const [i, crop] of crops.entries()) {
      if (crops.length > 1) options.onCrop?.(i + 1, crops.length);
      masksByCrop.push(await this.#masksOfCrop(task, crop));
    }
    const { seconds } = task;
    const startedAt = performance.now();
    const masks = selectedInImage(masksByCrop, this.settings);
    seconds.finish += secondsSince(startedAt);
    return { masks, seconds };
  }

  #taskOf(image: RgbImage, crops: readonly CropBox[], { onProgress }: GenerateOptions): ImageTask {
    const gridPointCount = crops.reduce((sum, { layer }) => sum + this.#unitGridsByLayer[layer].length / 2, 0);
    const shareAsked = Math.min(1, (this.settings.pointsBudget ?? gridPointCount) / gridPointCount);
    const points = this.#points ?? gridPoints(this.#unitGridsByLayer, shareAsked);
    const total = crops.reduce((sum, crop) => sum + points.countIn(crop), 0);
    let done = 0;
    const answered = (points: number) => {
      done += points;
      onProgress?.(done, total);
    };
    return { image, points, shareAsked, seconds: { encode: 0, decode: 0, select: 0, finish: 0 }, answered };
  }

  /** Masks of one crop without duplicates, the best first. */
  async #masksOfCrop({ image, points, shareAsked, seconds, answered }: ImageTask, crop: CropBox): Promise<FoundMask[]> {
    const { settings } = this;
    const isByAgreement = settings.ranking === 'agreement';
    const wanted = isByAgreement ? voterSettings(settings) : settings;
    const encoded = await encodeCrop(this.#model, image, crop, wanted, seconds);
    const isKept = singleMaskFilter(settings, image, crop);
    const found: FoundMask[] = [];
    let left = points.countIn(crop);
    const onAnswered = (points: number) => {
      left -= points;
      answered(points);
    };
    const cropPoints = points.pointsIn(crop, encoded.encoded);
    for await (const proposed of proposedMasks(encoded, cropPoints, found, onAnswered)) {
      if (isKept(proposed)) found.push(proposed.toFoundMask());
    }
    if (left > 0) answered(left);
    const startedAt = performance.now();
    const masks = isByAgreement
      ? selectedByAgreement(found, settings, image, shareAsked)
      : selectedInCrop(found, settings);
    seconds.finish += secondsSince(startedAt);
    return masks;
  }
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}

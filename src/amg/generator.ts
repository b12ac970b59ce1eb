import type { FoundMask, FoundMasks, StageSeconds } from '../sam/found-mask.js';
import type { RgbImage } from '../sam/rgb-image.js';
import type { SegmentationModel } from '../sam/segmentation-model.js';
import { type EncodedCrop, encodeCrop } from './candidates/encoded-crop.js';
import { foundAt, foundInBatches } from './found-in-batches.js';
import { batchesOf } from './points/batches.js';
import { type CropBox, cropBoxesOfImage } from './points/crop-boxes.js';
import { gridPoints } from './points/grid-points.js';
import type { PointSource } from './points/point-source.js';
import { selectedByAgreement, voterSettings } from './selection/agreement.js';
import { selectedInCrop, selectedInImage } from './selection/selection.js';
import { type GeneratorSettings, resolveSettings, unitGridsOfSettings } from './settings.js';
import { allBatches, type ShareCrop } from './shared-crop.js';

/** Who hears how an image comes on. */
export interface GenerateOptions {
  /** Told how many points are answered, of all crops, after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Told as each crop begins, 1 the first, when an image has several. */
  readonly onCrop?: (crop: number, crops: number) => void;
}

/** Options of {@link MaskGenerator.generate}. */
export interface MaskGeneratorOptions extends GenerateOptions {
  /** Offers each crop to other threads, which then answer a part of its points. The masks do not depend on it. @default nobody helps */
  readonly share?: ShareCrop;
}

/** Points that a thread takes at a time when several work on an image. */
const SHARED_BATCH = 16;

/** One image on its way through the generator. */
interface ImageTask {
  readonly image: RgbImage;
  readonly points: PointSource;
  /** Points of all crops. */
  readonly pointCount: number;
  /** Share of the grids' points that is asked. */
  readonly shareAsked: number;
  readonly share?: ShareCrop;
  readonly seconds: StageSeconds;
  /** Told how many of a crop's points are answered, and when those are all. */
  readonly answered: (inCrop: number, isWhole: boolean) => void;
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
   * All masks of an image. Those of one crop come best first by the ranking of the settings, those of several crops from the smallest
   * crop to the whole image.
   */
  async generate(image: RgbImage, options: MaskGeneratorOptions = {}): Promise<FoundMasks> {
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
    return { masks, prompts: task.pointCount, seconds };
  }

  #taskOf(image: RgbImage, crops: readonly CropBox[], { onProgress, share }: MaskGeneratorOptions): ImageTask {
    const gridPointCount = crops.reduce((sum, { layer }) => sum + this.#unitGridsByLayer[layer].length / 2, 0);
    const shareAsked = Math.min(1, (this.settings.pointsBudget ?? gridPointCount) / gridPointCount);
    const points = gridPoints(this.#unitGridsByLayer, shareAsked);
    const total = crops.reduce((sum, crop) => sum + points.countIn(crop), 0);
    let before = 0;
    let told = 0;
    const answered = (inCrop: number, isWhole: boolean) => {
      if (before + inCrop > told) onProgress?.(before + inCrop, total);
      told = before + inCrop;
      if (isWhole) before += inCrop;
    };
    return {
      image,
      points,
      pointCount: total,
      shareAsked,
      ...(share && { share }),
      seconds: { encode: 0, decode: 0, select: 0, finish: 0 },
      answered,
    };
  }

  /** Masks of one crop without duplicates, the best first. */
  async #masksOfCrop(task: ImageTask, crop: CropBox): Promise<FoundMask[]> {
    const { image, shareAsked, seconds } = task;
    const { settings } = this;
    const isByAgreement = settings.ranking === 'agreement';
    const wanted = isByAgreement ? voterSettings(settings) : settings;
    const encoded = await encodeCrop(this.#model, image, crop, wanted, seconds);
    const found = await this.#foundInCrop(task, encoded);
    const startedAt = performance.now();
    const masks = isByAgreement
      ? selectedByAgreement(found, settings, image, shareAsked)
      : selectedInCrop(found, settings);
    seconds.finish += secondsSince(startedAt);
    return masks;
  }

  /** All masks that the model proposes in a crop and no filter drops, in the order of the points, whoever asked about them. */
  async #foundInCrop({ points, share, seconds, answered }: ImageTask, encoded: EncodedCrop): Promise<FoundMask[]> {
    const { crop, imageSize } = encoded;
    // small batches when others help, so that nobody waits long for the last one
    const most = share ? Math.min(SHARED_BATCH, this.settings.pointsPerBatch) : this.settings.pointsPerBatch;
    const batches = batchesOf(points.pointsIn(crop, encoded.encoded), most);
    const { embedding } = encoded.encoded;
    const shared = share?.({ embedding, crop, imageSize, settings: encoded.settings, batches });
    try {
      const mine = await foundInBatches(encoded, batches, shared ?? allBatches(batches.length), (count) =>
        answered(count, false),
      );
      const waitedFrom = performance.now();
      const others = await shared?.others();
      seconds.decode += secondsSince(waitedFrom);
      const found: FoundMask[] = [];
      for (const [i, batch] of batches.entries()) {
        // whoever took a batch may have been lost
        found.push(...(mine.get(i) ?? others?.get(i) ?? (await foundAt(encoded, batch))));
      }
      answered(points.countIn(crop), true);
      return found;
    } finally {
      shared?.close();
    }
  }
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}

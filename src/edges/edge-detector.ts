import { encodeCrop } from '../amg/candidates/encoded-crop.js';
import { proposedMasks } from '../amg/candidates/proposed-masks.js';
import { batchesOf } from '../amg/points/batches.js';
import type { CropBox } from '../amg/points/crop-boxes.js';
import { gridPoints } from '../amg/points/grid-points.js';
import { unitPointGridsByLayer } from '../amg/points/unit-grids.js';
import { withoutDuplicates } from '../amg/selection/duplicates.js';
import type { GreyImage } from '../image/encode-image.js';
import type { FoundMask, FoundMasks, StageSeconds } from '../sam/found-mask.js';
import type { RgbImage } from '../sam/rgb-image.js';
import type { SegmentationModel } from '../sam/segmentation-model.js';
import { edgeMapOf, levelsOfEdges } from './edge-map.js';
import { type EdgeSettings, resolveEdgeSettings } from './edge-settings.js';
import { MaskEdgeFinder, type MaskEdges } from './mask-edges.js';
import { thinnedEdges } from './thin-edges.js';

/** The edges of an image, and the masks that have them. */
export interface FoundEdges extends FoundMasks {
  /** How strong the edge at each pixel is: 0 for none, the highest level for the strongest of the image. */
  readonly edges: GreyImage;
}

/** A mask with its edges, as they wait for the duplicates to be known. */
interface Candidate extends FoundMask {
  readonly edges: MaskEdges;
}

/**
 * Finds edges without ever having been trained for it, as section 7.2 and appendix D.2 of the SAM paper (arXiv 2304.02643): the masks of
 * a grid of points, without filters of quality; duplicates removed; for each mask the Sobel filter of its probabilities where its outer
 * boundary is; the strongest of all masks at each pixel, scaled to 0 to 1, and made thin.
 */
export class EdgeDetector {
  readonly settings: EdgeSettings;
  readonly #model: SegmentationModel;
  readonly #grids: readonly Float64Array[];

  /**
   * @param settings - What differs from the paper.
   * @throws SamError `bad-usage` for an unknown setting or a value out of range.
   */
  constructor(model: SegmentationModel, settings: Partial<EdgeSettings> = {}) {
    this.#model = model;
    this.settings = resolveEdgeSettings(settings);
    this.#grids = unitPointGridsByLayer(this.settings.pointsPerSide, 0, 1);
  }

  /**
   * The edges of an image.
   *
   * @param onProgress - Told how many points are answered, after each batch.
   */
  async detect(image: RgbImage, onProgress?: (done: number, total: number) => void): Promise<FoundEdges> {
    const seconds: StageSeconds = { encode: 0, decode: 0, select: 0, finish: 0 };
    const { candidates, prompts } = await this.#candidatesIn(image, seconds, onProgress);
    const startedAt = performance.now();
    const rule = { nms: 'box', iouThresh: this.settings.boxNmsThresh } as const;
    const kept = withoutDuplicates(candidates, ({ predictedIou }) => predictedIou, rule);
    const map = edgeMapOf(
      kept.map(({ edges }) => edges),
      image,
    );
    const levels = levelsOfEdges(thinnedEdges(map, image), this.settings.bits);
    seconds.finish = (performance.now() - startedAt) / 1000;
    const masks = kept.map(({ edges, ...mask }) => mask);
    return { masks, prompts, seconds, edges: { levels, width: image.width, height: image.height } };
  }

  async #candidatesIn(
    image: RgbImage,
    seconds: StageSeconds,
    onProgress?: (done: number, total: number) => void,
  ): Promise<{ candidates: Candidate[]; prompts: number }> {
    const { pointsPerBatch } = this.settings;
    const crop: CropBox = { boxXyxy: [0, 0, image.width, image.height], layer: 0 };
    const wanted = { ...this.settings, stabilityScoreOffset: 1, useM2m: false, maxMaskCoverage: null };
    const encoded = await encodeCrop(this.#model, image, crop, wanted, seconds);
    const finder = new MaskEdgeFinder(encoded.measurer.plan);
    const source = gridPoints(this.#grids);
    const total = source.countIn(crop);
    const candidates: Candidate[] = [];
    let done = 0;
    for (const batch of batchesOf(source.pointsIn(crop, encoded.encoded), pointsPerBatch)) {
      for await (const proposed of proposedMasks(encoded, batch)) {
        const { decoded, at } = proposed;
        const { logits, offsets, cellsHigh: storedHigh } = decoded;
        const mask = proposed.toFoundMask();
        candidates.push({ ...mask, edges: finder.edgesOf({ logits, offset: offsets[at], storedHigh }, mask.mask) });
      }
      done += batch.length / 2;
      onProgress?.(done, total);
    }
    return { candidates, prompts: total };
  }
}

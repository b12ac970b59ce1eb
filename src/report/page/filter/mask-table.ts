import type { ImageChunk } from '../../data/report-data.js';
import type { Filter } from './filter.js';
import { MEASURES, type Measure, type Scales } from './scale.js';

/** What a filter leaves. */
export interface FilteredCounts {
  /** Masks of each image, in the order of the run. */
  readonly masksOfImage: Uint32Array;
  readonly masks: number;
  /** Images that have a mask left. */
  readonly images: number;
  /** For each measure the masks in each of its cells that pass all the rest of the filter. */
  readonly histograms: Readonly<Record<Measure, Uint32Array>>;
}

interface TableChunk {
  /** Masks of each image. */
  readonly sizes: readonly number[];
  readonly cells: Readonly<Record<Measure, Uint8Array>>;
  readonly categories: readonly number[] | undefined;
}

/** The measures of all masks of a report: four bytes a mask, gone through whenever a slider moves. */
export class MaskTable {
  readonly #scales: Scales;
  readonly #chunks: TableChunk[] = [];
  #images = 0;

  constructor(scales: Scales) {
    this.#scales = scales;
  }

  /** Adds the next images of the run. */
  add(chunk: ImageChunk): void {
    const { predicted_iou, stability_score, area } = this.#scales;
    const areas = new Uint8Array(chunk.area.length);
    let mask = 0;
    for (const { masks, width, height } of chunk.images) {
      for (const end = mask + masks; mask < end; mask++) areas[mask] = area.cellOf(chunk.area[mask] / (width * height));
    }
    this.#chunks.push({
      sizes: chunk.images.map(({ masks }) => masks),
      cells: {
        predicted_iou: Uint8Array.from(chunk.predicted_iou, predicted_iou.cellOf),
        stability_score: Uint8Array.from(chunk.stability_score, stability_score.cellOf),
        area: areas,
      },
      categories: chunk.category,
    });
    this.#images += chunk.images.length;
  }

  /** Counts what passes a filter, of the images that were added. */
  countsOf(filter: Filter): FilteredCounts {
    const masksOfImage = new Uint32Array(this.#images);
    const histograms = {
      predicted_iou: new Uint32Array(this.#scales.predicted_iou.cells),
      stability_score: new Uint32Array(this.#scales.stability_score.cells),
      area: new Uint32Array(this.#scales.area.cells),
    };
    let image = 0;
    for (const chunk of this.#chunks) {
      countChunk(chunk, filter, histograms, masksOfImage.subarray(image, image + chunk.sizes.length));
      image += chunk.sizes.length;
    }
    let [masks, images] = [0, 0];
    for (const count of masksOfImage) {
      masks += count;
      if (count > 0) images++;
    }
    return { masksOfImage, masks, images, histograms };
  }
}

function countChunk(
  { sizes, cells, categories }: TableChunk,
  filter: Filter,
  histograms: Readonly<Record<Measure, Uint32Array>>,
  masksOfImage: Uint32Array,
): void {
  const [ious, stabilities, areas] = MEASURES.map((measure) => cells[measure]);
  const [iouHistogram, stabilityHistogram, areaHistogram] = MEASURES.map((measure) => histograms[measure]);
  const [[iouFrom, iouTo], [stabilityFrom, stabilityTo], [areaFrom, areaTo]] = MEASURES.map((name) => filter[name]);
  let mask = 0;
  for (let image = 0; image < sizes.length; image++) {
    for (const end = mask + sizes[image]; mask < end; mask++) {
      if (filter.category !== undefined && categories?.[mask] !== filter.category) continue;
      const hasIou = ious[mask] >= iouFrom && ious[mask] < iouTo;
      const hasStability = stabilities[mask] >= stabilityFrom && stabilities[mask] < stabilityTo;
      const hasArea = areas[mask] >= areaFrom && areas[mask] < areaTo;
      if (hasStability && hasArea) iouHistogram[ious[mask]]++;
      if (hasIou && hasArea) stabilityHistogram[stabilities[mask]]++;
      if (hasIou && hasStability) areaHistogram[areas[mask]]++;
      if (hasIou && hasStability && hasArea) masksOfImage[image]++;
    }
  }
}

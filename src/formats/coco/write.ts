/**
 * A COCO segmentation file of many images, written piece by piece: it need not fit into memory.
 *
 * @module
 */

import { type CocoRle, cocoRleFromMaskRuns } from '../../mask/runs/coco-rle.js';
import type { FoundMask, ImageResult } from '../../sam/found-mask.js';
import type { Category } from '../../sam/image-prompts.js';
import { classOf } from '../../sam/mask-class.js';
import { type MaskStyle, piecesOf } from '../exported-image.js';
import { CategoryTable } from './category-table.js';
import type { CocoAnnotation, CocoDataset, CocoImage } from './dataset.js';

/** A mask as closed lines, one for each piece of it: x0, y0, x1, y1, ... in pixels. */
type CocoPolygons = readonly (readonly number[])[];

/** A mask on its way into a COCO file. */
export interface CocoMask {
  /** The id of the prompt that it answers, where one asked for it. */
  readonly prompt_id?: number | string;
  readonly category_id?: number;
  readonly category?: string;
  readonly score?: number;
  /** x, y, w, h in pixels, where a single pixel has a width of 1. */
  readonly bbox: readonly [number, number, number, number];
  readonly segmentation: CocoRle | CocoPolygons;
  readonly area: number;
  readonly predicted_iou: number;
  readonly stability_score: number;
}

/** An image on its way into a COCO file: all but the ids, which depend on the images before it. Plain JSON. */
export interface CocoImageEntry {
  /** The image's position in the run. */
  readonly image_id: number;
  readonly file_name: string;
  readonly width: number;
  readonly height: number;
  readonly masks: readonly CocoMask[];
}

/**
 * An image's result as a part of a COCO file.
 *
 * @param style - Polygons take in their holes by slits without a width: COCO has no other way. @default RLE
 */
export function cocoImageEntryOf(
  { imageId, fileName, width, height, masks }: ImageResult,
  style: MaskStyle = {},
): CocoImageEntry {
  return { image_id: imageId, file_name: fileName, width, height, masks: masks.map((mask) => cocoMaskOf(mask, style)) };
}

function cocoMaskOf(found: FoundMask, style: MaskStyle): CocoMask {
  const { mask, area, boxXyxy, predictedIou, stabilityScore, prompt } = found;
  const { categoryId, category, score } = classOf(found);
  const [x0, y0, x1, y1] = boxXyxy;
  return {
    ...(prompt && { prompt_id: prompt.id }),
    ...(categoryId !== undefined && { category_id: categoryId }),
    ...(category !== undefined && { category }),
    ...(score !== undefined && { score }),
    // COCO counts pixels where SA-1B subtracts coordinates
    bbox: area > 0 ? [x0, y0, x1 - x0 + 1, y1 - y0 + 1] : [0, 0, 0, 0],
    segmentation: style.segmentation === 'polygons' ? piecesOf(found, style) : cocoRleFromMaskRuns(mask),
    area,
    predicted_iou: predictedIou,
    stability_score: stabilityScore,
  };
}

/** What the file of the prompts says, to be kept. */
export interface CocoOrigin {
  /** The COCO dataset that the prompts are of. */
  readonly dataset?: CocoDataset;
  /** Classes that the file of the prompts lists. */
  readonly categories: readonly Category[];
  /** The id that the file of the prompts gives an image; undefined when it gives none. */
  imageIdOf(fileName: string): Promise<number | string | undefined>;
}

/**
 * Writes one COCO file. A dataset keeps all that it says of images, annotations and categories, ids included; `segmentation` and
 * `area` become the mask's. Without one, annotations are numbered in their order, and categories get ids by their names.
 */
export class CocoFileWriter {
  readonly #origin: CocoOrigin;
  readonly #givenImages: ReadonlyMap<number | string, CocoImage>;
  readonly #givenAnnotations: ReadonlyMap<number | string, CocoAnnotation>;
  readonly #categories: CategoryTable;
  #images = 0;
  #annotations = 0;
  #leftOut = 0;

  constructor(origin: CocoOrigin) {
    const { dataset, categories } = origin;
    this.#origin = origin;
    this.#givenImages = new Map(dataset?.images.map((image) => [image.id, image]));
    this.#givenAnnotations = new Map(dataset?.annotations.map((each, i) => [each.id ?? i + 1, each]));
    this.#categories = new CategoryTable(categories);
  }

  /** Images written so far. */
  get images(): number {
    return this.#images;
  }

  /** Images with masks that are not of the dataset, so far. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Annotations written so far. */
  get annotations(): number {
    return this.#annotations;
  }

  /**
   * The text of the file, piece by piece. Images that are not of the dataset are left out.
   *
   * @param entries - All images in their order; asked for twice, as annotations and images are two lists of the file.
   */
  async *text(entries: () => AsyncIterable<CocoImageEntry>): AsyncGenerator<string> {
    yield `{${this.#headText()}"annotations":[`;
    for await (const entry of entries()) {
      const image = await this.#imageOf(entry);
      if (!image && entry.masks.length > 0) this.#leftOut++;
      if (!image || entry.masks.length === 0) continue;
      const isFirst = this.#annotations === 0;
      const lines = entry.masks.map((mask) => JSON.stringify(this.#annotationOf(mask, image)));
      yield `${isFirst ? '' : ','}\n${lines.join(',\n')}`;
    }
    yield '],\n"images":[\n';
    for await (const entry of entries()) {
      const image = await this.#imageOf(entry);
      if (!image) continue;
      yield `${this.#images === 0 ? '' : ',\n'}${JSON.stringify(image)}`;
      this.#images++;
    }
    yield `],\n"categories":${JSON.stringify(this.#categories.all)}}\n`;
  }

  /** Fields of the dataset beside images, annotations and categories, such as `info`. */
  #headText(): string {
    const { images: _i, annotations: _a, categories: _c, ...rest } = this.#origin.dataset ?? {};
    return Object.entries(rest)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},\n`)
      .join('');
  }

  /** The entry of an image; undefined for one that is not of the dataset. */
  async #imageOf({ image_id, file_name, width, height }: CocoImageEntry): Promise<CocoImage | undefined> {
    const givenId = await this.#origin.imageIdOf(file_name);
    if (!this.#origin.dataset) return { id: givenId ?? image_id, file_name, width, height };
    const given = givenId === undefined ? undefined : this.#givenImages.get(givenId);
    return given && { ...given, width, height };
  }

  #annotationOf(mask: CocoMask, image: CocoImage): CocoAnnotation {
    const { prompt_id, category_id, category, score, bbox, segmentation, area, predicted_iou, stability_score } = mask;
    this.#annotations++;
    const given = prompt_id === undefined ? undefined : this.#givenAnnotations.get(prompt_id);
    return {
      id: (this.#origin.dataset && prompt_id) ?? this.#annotations,
      image_id: image.id,
      category_id: this.#categories.idOf(category_id, category),
      bbox,
      iscrowd: 0,
      ...(score !== undefined && { score }),
      ...given,
      segmentation,
      area,
      predicted_iou,
      stability_score,
    };
  }
}

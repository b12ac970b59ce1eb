import { type Extent, type ImageChunk, type ImageEntry, scoreUnitsOf } from '../../report/data/report-data.js';
import type { FoundMask } from '../../sam/found-mask.js';
import { classOf } from '../../sam/mask-class.js';

/** Least and greatest of the values it is told. */
class GrowingExtent {
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.#least = Math.min(this.#least, value);
    this.#greatest = Math.max(this.#greatest, value);
  }

  get extent(): Extent {
    return this.#least <= this.#greatest ? [this.#least, this.#greatest] : null;
  }
}

/** The lists of an {@link ImageChunk} while it grows. */
interface GrowingChunk {
  readonly images: ImageEntry[];
  readonly predicted_iou: number[];
  readonly stability_score: number[];
  readonly area: number[];
  readonly category: number[];
}

function emptyChunk(): GrowingChunk {
  return { images: [], predicted_iou: [], stability_score: [], area: [], category: [] };
}

/** Gathers what a report says of images and of all masks: chunk after chunk, so that memory does not grow with the run. */
export class ReportCounts {
  readonly #predictedIou = new GrowingExtent();
  readonly #stability = new GrowingExtent();
  readonly #areaShare = new GrowingExtent();
  readonly #categories = new Map<string, number>();
  #chunk = emptyChunk();
  images = 0;
  masks = 0;
  withoutFile = 0;

  /** Adds an image with those of its masks that the report shows. */
  add(image: ImageEntry, masks: readonly FoundMask[]): void {
    this.images++;
    this.masks += masks.length;
    if (image.missing !== undefined) this.withoutFile++;
    this.#chunk.images.push(image);
    for (const found of masks) {
      const { predictedIou, stabilityScore, area } = found;
      const { categoryId, category = categoryId?.toString() } = classOf(found);
      const [iou, stability] = [scoreUnitsOf(predictedIou), scoreUnitsOf(stabilityScore)];
      this.#predictedIou.add(iou);
      this.#stability.add(stability);
      if (area > 0) this.#areaShare.add(area / (image.width * image.height));
      this.#chunk.predicted_iou.push(iou);
      this.#chunk.stability_score.push(stability);
      this.#chunk.area.push(area);
      this.#chunk.category.push(this.#placeOf(category));
    }
  }

  /** Images of the chunk that grows. */
  get chunkImages(): number {
    return this.#chunk.images.length;
  }

  /** The chunk that grew; another one begins. */
  takeChunk(): ImageChunk {
    const { category, ...chunk } = this.#chunk;
    this.#chunk = emptyChunk();
    return { ...chunk, ...(this.#categories.size > 0 && { category }) };
  }

  /** What the head of a report says of the masks. */
  get head() {
    return {
      predicted_iou: this.#predictedIou.extent,
      stability_score: this.#stability.extent,
      area_share: this.#areaShare.extent,
      categories: [...this.#categories.keys()],
    };
  }

  /** The place of a class; -1 for none. */
  #placeOf(category: string | undefined): number {
    if (category === undefined) return -1;
    const known = this.#categories.get(category);
    if (known !== undefined) return known;
    this.#categories.set(category, this.#categories.size);
    return this.#categories.size - 1;
  }
}

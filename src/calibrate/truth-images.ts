import type { PlannedImage } from '../dataset/plan/planned-image.js';
import { openInputs } from '../dataset/sources/input-images.js';
import type { OpenOptions, Source } from '../dataset/sources/source.js';
import { SamError } from '../errors.js';
import { type GroundTruth, type TruthImage, truthSegmentOf } from '../formats/coco/read-ground-truth.js';
import { ImageIndex } from '../formats/image-names.js';

/** The images of a folder in which people drew something: a source for a run, which remembers what they drew. */
export class TruthImages implements Source {
  /** What people drew, by the names of the images; complete once they are listed. */
  readonly truthOf = new Map<string, TruthImage>();
  readonly #data: string;
  readonly #gt: string;
  readonly #index = new ImageIndex<TruthImage>();
  readonly #source: Source;
  #example: string | undefined;

  /**
   * @param data - Folder that is searched for images.
   * @param truth - Its objects are checked now: a wrong one is not to be found after an hour of asking the model.
   * @param gt - The file of the truth, for messages.
   * @throws SamError `bad-prompt` for an object that is no mask, `bad-usage` when there is none at all.
   */
  constructor(data: string, truth: GroundTruth, gt: string) {
    this.#data = data;
    this.#gt = gt;
    for (const image of truth.images) {
      if (hasSegments(image, gt)) {
        this.#index.add(image.fileName, image);
        this.#example ??= image.fileName;
      }
    }
    if (this.#example === undefined) {
      throw new SamError(
        'bad-usage',
        `Expected objects that people drew in ${gt} but it has none (crowds do not count)`,
      );
    }
    this.#source = openInputs({ inputs: [data] });
  }

  async *images(): AsyncGenerator<readonly PlannedImage[]> {
    let other: string | undefined;
    for await (const batch of this.#source.images()) {
      const known: PlannedImage[] = [];
      for (const image of batch) {
        const truth = this.#index.find(image.name);
        if (truth) {
          this.truthOf.set(image.name, truth);
          known.push(image);
        } else other ??= image.name;
      }
      if (known.length > 0) yield known;
    }
    if (this.truthOf.size > 0) return;
    throw new SamError(
      'bad-usage',
      `Expected images of ${this.#gt} in ${this.#data} but found none: ${this.#example} is in the file, ${other} in the folder`,
      'Images are the same when their names are, or when one path ends with the other.',
    );
  }

  open(image: PlannedImage, options?: OpenOptions): Promise<string | Uint8Array> {
    return this.#source.open(image, options);
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

/** Whether people drew something in an image that counts. */
function hasSegments(image: TruthImage, gt: string): boolean {
  for (const [i, annotation] of image.annotations.entries()) {
    try {
      const { width, height } = truthSegmentOf(annotation, image).mask;
      if (width === image.width && height === image.height) continue;
      throw new SamError('bad-mask-size', `it is ${width} x ${height} and the image ${image.width} x ${image.height}`);
    } catch (error) {
      if (!(error instanceof SamError)) throw error;
      throw new SamError(
        'bad-prompt',
        `Expected a segmentation for object ${i + 1} of ${image.fileName} in ${gt}: ${error.message}`,
      );
    }
  }
  return image.annotations.some(({ iscrowd }) => iscrowd !== 1);
}

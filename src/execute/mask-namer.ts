import { SamError } from '../errors.js';
import { imageTextEntryNamed } from '../model/catalogue/catalogue.js';
import { MaskVectors, textVectors } from '../model/image-text/kept-vectors.js';
import { type LoadedImageTextModel, loadImageTextModel } from '../model/image-text/load-image-text-model.js';
import type { Provider } from '../model/runtime/device.js';
import type { EmbeddingCacheOptions } from '../model/runtime/embedding-cache.js';
import type { FoundMask } from '../sam/found-mask.js';
import type { Vectors } from '../sam/image-text-model.js';
import type { RgbImage } from '../sam/rgb-image.js';
import { type LabelVectors, labelVectorsOf, sentencesOf } from '../words/label-vectors.js';
import { VIEW_VERSION, viewOfMask } from '../words/mask-view.js';
import { namedMasks } from '../words/name-masks.js';
import type { WordsRequest } from '../words/words-request.js';
import type { Words } from './job.js';

/** What a {@link MaskNamer} works with. */
export interface MaskNamerOptions {
  /** Threads that one run of the model of images may use; 0 for all cores. */
  readonly threads: number;
  /** Where the model of images runs. */
  readonly provider: Provider;
  /** Where vectors of masks are kept. @default nowhere */
  readonly embeddings?: EmbeddingCacheOptions;
  readonly onNotice?: (message: string) => void;
}

/** Gives the masks of images the names that were asked for. It holds native memory until its thread ends. */
export class MaskNamer {
  readonly #model: LoadedImageTextModel;
  readonly #request: WordsRequest;
  readonly #labels: LabelVectors;
  readonly #kept: MaskVectors | undefined;

  private constructor(
    model: LoadedImageTextModel,
    request: WordsRequest,
    labels: LabelVectors,
    kept: MaskVectors | undefined,
  ) {
    this.#model = model;
    this.#request = request;
    this.#labels = labels;
    this.#kept = kept;
  }

  /**
   * Loads what names masks, the words first: a wrong model is known then, but for the graph of images.
   *
   * @throws SamError `bad-usage` for a model that there is not, `bad-model` for one that cannot be used.
   */
  static async load({ model: name, request }: Words, options: MaskNamerOptions): Promise<MaskNamer> {
    const { threads, provider, embeddings, onNotice } = options;
    const entry = imageTextEntryNamed(name);
    const model = loadImageTextModel(entry, { threads, provider });
    const sentences = await textVectors(model, entry, sentencesOf(request), onNotice);
    const kept = embeddings && new MaskVectors(embeddings, entry, onNotice);
    return new MaskNamer(model, request, labelVectorsOf(request, sentences), kept);
  }

  /** The masks of an image with their names, or those of them that have one where others are not wanted. */
  async named(image: RgbImage, masks: readonly FoundMask[]): Promise<FoundMask[]> {
    if (masks.length === 0) return [];
    const { surroundings } = this.#request;
    const make = () => this.#model.embedImages(viewsOf(image, masks, surroundings));
    const way = `${VIEW_VERSION} ${surroundings}`;
    const views = await (this.#kept ? this.#kept.vectorsOf(image, masks, way, make) : make());
    checkWidths(views, this.#labels.phrases);
    return namedMasks(masks, views, this.#request, this.#labels, this.#model.similarity);
  }
}

/** One at a time: hundreds of them would take more memory than the image. */
function* viewsOf(
  image: RgbImage,
  masks: readonly FoundMask[],
  surroundings: WordsRequest['surroundings'],
): Generator<RgbImage> {
  for (const mask of masks) yield viewOfMask(image, mask, surroundings);
}

function checkWidths({ width: ofImages }: Vectors, { width: ofTexts }: Vectors): void {
  if (ofImages === ofTexts) return;
  throw new SamError(
    'bad-model',
    `Expected images and texts in one space but the one graph makes ${ofImages} numbers and the other ${ofTexts}`,
  );
}

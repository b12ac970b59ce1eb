/**
 * Vectors of masks and of texts on disk, so that other words for the same masks cost no model of images, and the same words no model of texts.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { MeasuredMask } from '../../mask/runs/mask-iou.js';
import type { ImageTextModel, Vectors } from '../../sam/image-text-model.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { userCacheDir } from '../../storage/user-cache.js';
import type { ImageTextEntry } from '../catalogue/entry.js';
import { imageTextSumsOf } from '../catalogue/model-sum.js';
import { EmbeddingCache, type EmbeddingCacheOptions, sumOfImage } from '../runtime/embedding-cache.js';

/** Names of the files' last part but the type. */
const [MASKS, TEXTS] = ['masks', 'texts'];

/** Vectors of the masks of images, beside the embeddings of those. */
export class MaskVectors {
  readonly #cache: EmbeddingCache;

  constructor(options: EmbeddingCacheOptions, entry: ImageTextEntry, onNotice?: (message: string) => void) {
    const identity = { sha256: imageTextSumsOf(entry).images, tensorNames: [MASKS] };
    this.#cache = new EmbeddingCache(options, { ...identity, ...(onNotice && { onNotice }) });
  }

  /**
   * The vectors of an image's masks: those kept, or those that `make` makes, which are then kept.
   *
   * @param way - All that their pixels depend on beside image and masks.
   */
  vectorsOf(image: RgbImage, masks: readonly MeasuredMask[], way: string, make: () => Promise<Vectors>) {
    const hash = createHash('sha256').update(`${way}\n${sumOfImage(image)}\n`);
    for (const { mask } of masks) {
      const { buffer, byteOffset, byteLength } = mask.runsColumnMajor;
      // the number of runs tells where a mask ends
      hash.update(`${mask.runsColumnMajor.length}\n`).update(new Uint8Array(buffer, byteOffset, byteLength));
    }
    return kept(this.#cache, hash.digest('hex'), MASKS, make);
  }
}

/**
 * The vectors of texts, kept in the user's cache folder: workers that start once they are there need not load the graph.
 *
 * @throws SamError `bad-model` when they have to be made and cannot be.
 */
export function textVectors(
  model: ImageTextModel,
  entry: ImageTextEntry,
  texts: readonly string[],
  onNotice?: (message: string) => void,
): Promise<Vectors> {
  const identity = { sha256: imageTextSumsOf(entry).texts, tensorNames: [TEXTS] };
  const options = { folder: join(userCacheDir(), 'text-vectors'), type: 'fp32' } as const;
  const cache = new EmbeddingCache(options, { ...identity, ...(onNotice && { onNotice }) });
  const sum = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  return kept(cache, sum, TEXTS, () => model.embedTexts(texts));
}

async function kept(cache: EmbeddingCache, sum: string, name: string, make: () => Promise<Vectors>): Promise<Vectors> {
  const [{ data, dims }] = await cache.keptUnder(sum, async () => {
    const { count, width, data: made } = await make();
    return [{ name, dims: [count, width], data: made }];
  });
  return { count: dims[0], width: dims[1], data };
}

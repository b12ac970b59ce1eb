/**
 * What naming masks needs to know of an image-text model, and nothing else: `words` sees no more of it.
 *
 * @module
 */

import type { RgbImage } from './rgb-image.js';

/** Vectors of length 1, row-major: [count, width]. */
export interface Vectors {
  readonly count: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** How likeness becomes scores: `scale * cosine + bias`, and then shares of all labels (CLIP), or a score of each by itself (SigLIP). */
export interface Similarity {
  readonly scores: 'softmax' | 'sigmoid';
  readonly scale: number;
  readonly bias: number;
}

/** A model that puts images and texts into one space, where those that go together lie near each other. */
export interface ImageTextModel {
  readonly similarity: Similarity;
  /** Vectors of images, in their order. They are taken some at a time: not all need to be there at once. */
  embedImages(images: Iterable<RgbImage>): Promise<Vectors>;
  /** Vectors of texts, in their order. */
  embedTexts(texts: readonly string[]): Promise<Vectors>;
}

import type { ImageTextModel, Vectors } from '../sam/image-text-model.js';
import { sentenceOf, type WordsRequest } from './words-request.js';

/** What labels are in a model's space. */
export interface LabelVectors {
  /** One a phrase: the direction of the mean of its vectors in all templates, as CLIP's authors average prompts. */
  readonly phrases: Vectors;
  /** Of each phrase, the place of its label; the background has the place after the last. */
  readonly labelOf: Int32Array;
  /** Labels, the background counted where there is one. */
  readonly count: number;
}

/** The sentences of a request in the order of its phrases, all templates of one after the other. */
export function sentencesOf({ labels, background, templates }: WordsRequest): string[] {
  const phrases = [...labels.flatMap((label) => label.phrases), ...background];
  return phrases.flatMap((phrase) => templates.map((template) => sentenceOf(template, phrase)));
}

/** What the labels of a request are in a model's space. @param sentences - The vectors of {@link sentencesOf}. */
export function labelVectorsOf({ labels, background, templates }: WordsRequest, sentences: Vectors): LabelVectors {
  const labelOf = [
    ...labels.flatMap((label, place) => label.phrases.map(() => place)),
    ...background.map(() => labels.length),
  ];
  const { width } = sentences;
  const data = new Float32Array(labelOf.length * width);
  for (let i = 0; i < labelOf.length; i++) {
    const mean = data.subarray(i * width, (i + 1) * width);
    for (let t = 0; t < templates.length; t++) {
      const at = (i * templates.length + t) * width;
      for (let k = 0; k < width; k++) mean[k] += sentences.data[at + k];
    }
    const length = Math.hypot(...mean);
    for (let k = 0; k < width; k++) mean[k] /= length;
  }
  return {
    phrases: { count: labelOf.length, width, data },
    labelOf: Int32Array.from(labelOf),
    count: labels.length + (background.length > 0 ? 1 : 0),
  };
}

/**
 * How like each image is to each label: `scale * cosine + bias`, of the phrase that fits best.
 *
 * @returns [images, labels], row-major.
 */
export function logitsOf(
  images: Vectors,
  { phrases, labelOf, count }: LabelVectors,
  { scale, bias }: ImageTextModel['similarity'],
): Float64Array {
  const { width } = images;
  const logits = new Float64Array(images.count * count).fill(Number.NEGATIVE_INFINITY);
  for (let image = 0; image < images.count; image++) {
    for (let phrase = 0; phrase < phrases.count; phrase++) {
      let cosine = 0;
      for (let k = 0; k < width; k++) cosine += images.data[image * width + k] * phrases.data[phrase * width + k];
      const cell = image * count + labelOf[phrase];
      logits[cell] = Math.max(logits[cell], scale * cosine + bias);
    }
  }
  return logits;
}

/**
 * Scores of logits, 0 to 1: shares that sum to 1 over an image's labels, or of each by itself.
 *
 * @param count - Labels of an image.
 */
export function scoresOf(logits: Float64Array, count: number, kind: 'softmax' | 'sigmoid'): Float64Array {
  if (kind === 'sigmoid') return logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  const scores = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += count) {
    const row = logits.subarray(start, start + count);
    const highest = row.reduce((a, b) => Math.max(a, b));
    const shares = row.map((logit) => Math.exp(logit - highest));
    const sum = shares.reduce((a, b) => a + b);
    scores.set(
      shares.map((share) => share / sum),
      start,
    );
  }
  return scores;
}

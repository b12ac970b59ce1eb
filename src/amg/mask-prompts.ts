/**
 * A mask that the model answered, as a prompt for the model.
 *
 * @module
 */

import type { DecodedBatch, PromptBatch } from '../sam/segmentation-model.js';
import { foregroundPointPrompts } from './point-prompts.js';

/** Logits beyond this are cut before they go back, as SAM 2's predictor does. */
const LOGIT_LIMIT = 32;

/**
 * Asks again about each mask of an answer: the same point with the mask beside it (`refine_with_m2m` of SAM 2's generator).
 *
 * @param pointsXy - [B, 2] the points that were answered
 * @param decoded - their masks, with all cells and none left out
 * @param lowResSize - cells along a side of a whole mask
 * @returns B * M prompts, mask after mask, point after point; a copy, so that the decoder may reuse its memory
 */
export function refinementPrompts(pointsXy: Float64Array, decoded: DecodedBatch, lowResSize: number): PromptBatch {
  const { masksPerPrompt, logits, offsets, cellsWide, cellsHigh } = decoded;
  if (cellsWide !== lowResSize || cellsHigh !== lowResSize) {
    throw new RangeError(
      `Expected masks of ${lowResSize} x ${lowResSize} cells but received ${cellsWide} x ${cellsHigh}`,
    );
  }
  const count = offsets.length;
  const cells = lowResSize * lowResSize;
  const maskInput = new Float32Array(count * cells);
  for (let i = 0; i < count; i++) copyRowMajor(logits, offsets[i], maskInput, i * cells, lowResSize);
  return { ...foregroundPointPrompts(pointOfEachMask(pointsXy, masksPerPrompt)), maskInput };
}

/** [B * M, 2] each of B points M times, as masks follow each other in an answer. */
export function pointOfEachMask(pointsXy: Float64Array, masksPerPrompt: number): Float64Array {
  return Float64Array.from(
    { length: pointsXy.length * masksPerPrompt },
    (_, i) => pointsXy[2 * Math.floor(i / 2 / masksPerPrompt) + (i % 2)],
  );
}

/** A part of a batch: prompts `first` up to `end`. */
export function somePrompts(batch: PromptBatch, first: number, end: number): PromptBatch {
  const { count, pointsPerPrompt, coords, labels, maskInput } = batch;
  const part = (values: Float32Array) =>
    values.subarray((first * values.length) / count, (end * values.length) / count);
  return {
    count: end - first,
    pointsPerPrompt,
    coords: part(coords),
    labels: part(labels),
    ...(maskInput && { maskInput: part(maskInput) }),
  };
}

/** Turns a square column-major mask into a row-major one, its values cut to what the model is used to. */
function copyRowMajor(source: Float32Array, from: number, target: Float32Array, to: number, side: number): void {
  for (let x = 0; x < side; x++) {
    const column = from + x * side;
    for (let y = 0, write = to + x; y < side; y++, write += side) {
      target[write] = Math.max(-LOGIT_LIMIT, Math.min(LOGIT_LIMIT, source[column + y]));
    }
  }
}

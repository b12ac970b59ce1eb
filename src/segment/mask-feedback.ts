/**
 * Masks that the model answered, as prompts for the model: how it refines them.
 *
 * @module
 */

import type { DecodedBatch, PromptBatch } from '../sam/segmentation-model.js';

/** A mask of an answer that goes back to the model. */
export interface FedBackMask {
  /** The prompt that it answered, as an index into the batch. */
  readonly row: number;
  /** Its place among all masks of the answer. */
  readonly at: number;
}

/** How masks are fed back. */
export interface FeedbackOptions {
  /** Logits beyond this are cut: SAM 2's generator cuts them at 32, SamPredictor does not. @default none */
  readonly logitLimit?: number;
}

/**
 * Asks again about some masks of an answer: each with its own prompt and the mask beside it.
 *
 * @param batch - What was asked.
 * @param answer - Its masks, with all cells.
 * @param masks - Those that go back, one prompt each.
 * @returns A copy, so that the decoder may use its memory again.
 * @throws RangeError for masks without their padding.
 */
export function feedbackPrompts(
  batch: PromptBatch,
  answer: DecodedBatch,
  masks: readonly FedBackMask[],
  { logitLimit = Number.POSITIVE_INFINITY }: FeedbackOptions = {},
): PromptBatch {
  const { pointsPerPrompt } = batch;
  const { logits, offsets, cellsWide, cellsHigh } = answer;
  if (cellsWide !== cellsHigh) {
    throw new RangeError(`Expected masks of the whole grid but received ${cellsWide} x ${cellsHigh} cells`);
  }
  const count = masks.length;
  const cells = cellsWide * cellsHigh;
  const coords = new Float32Array(count * pointsPerPrompt * 2);
  const labels = new Float32Array(count * pointsPerPrompt);
  const maskInput = new Float32Array(count * cells);
  for (const [i, { row, at }] of masks.entries()) {
    const first = row * pointsPerPrompt;
    coords.set(batch.coords.subarray(2 * first, 2 * (first + pointsPerPrompt)), 2 * i * pointsPerPrompt);
    labels.set(batch.labels.subarray(first, first + pointsPerPrompt), i * pointsPerPrompt);
    copyRowMajor(logits, offsets[at], cellsWide, cellsHigh, maskInput, i * cells, logitLimit);
  }
  return { count, pointsPerPrompt, coords, labels, maskInput };
}

/** A mask of an answer as the model takes it back: row by row. */
export function rowMajorLogits({ logits, offsets, cellsWide, cellsHigh }: DecodedBatch, at: number): Float32Array {
  const rows = new Float32Array(cellsWide * cellsHigh);
  copyRowMajor(logits, offsets[at], cellsWide, cellsHigh, rows, 0, Number.POSITIVE_INFINITY);
  return rows;
}

/** Copies a column-major mask row by row, its values cut at +-`limit`. */
function copyRowMajor(
  columns: Float32Array,
  from: number,
  wide: number,
  high: number,
  rows: Float32Array,
  to: number,
  limit: number,
): void {
  for (let x = 0; x < wide; x++) {
    const column = from + x * high;
    for (let y = 0, write = to + x; y < high; y++, write += wide) {
      rows[write] = Math.max(-limit, Math.min(limit, columns[column + y]));
    }
  }
}

/**
 * Prompts in, masks out, as `SamPredictor.predict` of segment-anything (commit dca509f) answers them.
 *
 * @module
 */

import type { DecodedBatch, EncodedImage, PromptBatch } from '../sam/segmentation-model.js';
import { batchesOfOneShape, isAmbiguous, type ObjectPrompt, promptBatchOf } from './object-prompt.js';

/** Options of {@link predictMasks}. */
export interface PredictMasksOptions {
  /**
   * `true` keeps the three multimasks of each prompt, `false` the mask of the single-mask token, `'best'` one mask: for a single
   * point, which is ambiguous, the multimask with the best predicted IoU, for any other prompt the single-mask token's.
   * @default 'best'
   */
  readonly multimask?: boolean | 'best';
  /** Times that each mask is fed back as a mask prompt beside its own prompt. 0 or more. @default 0 */
  readonly refine?: number;
  /** Prompts that go through the decoder together, at most. The masks do not depend on it. @default 64 */
  readonly promptsPerBatch?: number;
  /** Whether masks come with all cells of the low-res grid rather than those that cover the image. @default false */
  readonly allCells?: boolean;
  /** Told how many prompts are answered, after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** One mask on the low-res grid. Valid until the listener returns. */
export interface LowResMask {
  /** Which prompt it answers, as an index. */
  readonly prompt: number;
  /** Which of the prompt's masks it is: 0 to 2 with `multimask: true`, otherwise 0. */
  readonly mask: number;
  readonly predictedIou: number;
  /** Column-major: the value of cell column x, row y is `logits[offset + x * cellsHigh + y]`. */
  readonly logits: Float32Array;
  readonly offset: number;
  readonly cellsWide: number;
  readonly cellsHigh: number;
}

/** A mask that is wanted: which prompt it answers and where it stands in the decoder's answer. */
interface Wanted {
  readonly prompt: number;
  readonly mask: number;
  /** Prompt of the decoded batch. */
  readonly row: number;
  /** Mask of the decoded batch, `row * masksPerPrompt` and on. */
  readonly at: number;
}

/**
 * Asks the decoder about every prompt, in batches, and tells the listener of each mask that is wanted.
 *
 * @param encoded - The image.
 * @param prompts - Each with a point, a box or a mask; nothing is checked here (see check-prompt.ts).
 * @param onMask - Hears the masks batch by batch, those of a prompt in order.
 */
export async function predictMasks(
  encoded: EncodedImage,
  prompts: readonly ObjectPrompt[],
  options: PredictMasksOptions,
  onMask: (mask: LowResMask) => void,
): Promise<void> {
  const { multimask = 'best', refine = 0, promptsPerBatch = 64, allCells = false, onProgress } = options;
  const cells = allCells ? 'all' : 'covered';
  let done = 0;
  for (const indices of batchesOfOneShape(prompts, promptsPerBatch)) {
    let batch = promptBatchOf(indices.map((index) => prompts[index]));
    const isBestOfThree = multimask === 'best' && isAmbiguous(prompts[indices[0]]);
    const masks = multimask === true || isBestOfThree ? 'multi' : 'single';
    let decoded = await encoded.decode(batch, { masks, cells: refine > 0 ? 'all' : cells });
    let wanted = isBestOfThree ? bestMasks(decoded, indices) : allMasks(decoded, indices);
    for (let round = 1; round <= refine; round++) {
      batch = fedBack(batch, decoded, wanted);
      decoded = await encoded.decode(batch, { masks: 'single', cells: round < refine ? 'all' : cells });
      wanted = wanted.map(({ prompt, mask }, row) => ({ prompt, mask, row, at: row }));
    }
    const { logits, offsets, iouPredictions, cellsWide, cellsHigh } = decoded;
    for (const { prompt, mask, at } of wanted) {
      onMask({ prompt, mask, predictedIou: iouPredictions[at], logits, offset: offsets[at], cellsWide, cellsHigh });
    }
    done += indices.length;
    onProgress?.(done, prompts.length);
  }
}

function allMasks({ masksPerPrompt }: DecodedBatch, indices: readonly number[]): Wanted[] {
  return indices.flatMap((prompt, row) =>
    Array.from({ length: masksPerPrompt }, (_, mask) => ({ prompt, mask, row, at: row * masksPerPrompt + mask })),
  );
}

/** The mask of each prompt with the best predicted IoU, the first of equals. */
function bestMasks({ masksPerPrompt, iouPredictions }: DecodedBatch, indices: readonly number[]): Wanted[] {
  return indices.map((prompt, row) => {
    const first = row * masksPerPrompt;
    let at = first;
    for (let i = first + 1; i < first + masksPerPrompt; i++) if (iouPredictions[i] > iouPredictions[at]) at = i;
    return { prompt, mask: 0, row, at };
  });
}

/** The prompts of the wanted masks again, each with its mask beside it. */
function fedBack(batch: PromptBatch, decoded: DecodedBatch, wanted: readonly Wanted[]): PromptBatch {
  const { pointsPerPrompt } = batch;
  const { logits, offsets, cellsWide, cellsHigh } = decoded;
  const count = wanted.length;
  const coords = new Float32Array(count * pointsPerPrompt * 2);
  const labels = new Float32Array(count * pointsPerPrompt);
  const maskInput = new Float32Array(count * cellsWide * cellsHigh);
  for (const [i, { row, at }] of wanted.entries()) {
    const first = row * pointsPerPrompt;
    coords.set(batch.coords.subarray(2 * first, 2 * (first + pointsPerPrompt)), 2 * i * pointsPerPrompt);
    labels.set(batch.labels.subarray(first, first + pointsPerPrompt), i * pointsPerPrompt);
    copyRowMajor(logits, offsets[at], cellsWide, cellsHigh, maskInput, i * cellsWide * cellsHigh);
  }
  return { count, pointsPerPrompt, coords, labels, maskInput };
}

/** Copies a column-major mask row by row. */
export function copyRowMajor(
  columns: Float32Array,
  from: number,
  wide: number,
  high: number,
  rows: Float32Array,
  to: number,
): void {
  for (let x = 0; x < wide; x++) {
    const column = from + x * high;
    for (let y = 0, write = to + x; y < high; y++, write += wide) rows[write] = columns[column + y];
  }
}

/**
 * Prompts in, masks out, as `SamPredictor.predict` of segment-anything (commit dca509f) answers them.
 *
 * @module
 */

import type { DecodedBatch, EncodedImage } from '../sam/segmentation-model.js';
import { feedbackPrompts } from './mask-feedback.js';
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

/** A mask that answers a prompt, on the low-res grid. Valid until the listener returns. */
export interface PredictedMask {
  /** Which prompt it answers, as an index. */
  readonly prompt: number;
  /** Which of the prompt's masks it is: 0 to 2 with `multimask: true`, otherwise 0. */
  readonly maskIndex: number;
  /** The decoder's answer that holds it. */
  readonly answer: DecodedBatch;
  /** Its place among all masks of that answer. */
  readonly at: number;
}

/** A mask that is wanted: which prompt it answers and where it stands in the decoder's answer. */
interface WantedMask {
  readonly prompt: number;
  readonly maskIndex: number;
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
  onMask: (mask: PredictedMask) => void,
): Promise<void> {
  const { multimask = 'best', refine = 0, promptsPerBatch = 64, allCells = false, onProgress } = options;
  const cells = allCells ? 'all' : 'covered';
  let done = 0;
  for (const indices of batchesOfOneShape(prompts, promptsPerBatch)) {
    let batch = promptBatchOf(indices.map((index) => prompts[index]));
    const isBestOfThree = multimask === 'best' && isAmbiguous(prompts[indices[0]]);
    const masks = multimask === true || isBestOfThree ? 'multi' : 'single';
    let answer = await encoded.decode(batch, { masks, cells: refine > 0 ? 'all' : cells });
    let wanted = isBestOfThree ? bestMasks(answer, indices) : allMasks(answer, indices);
    for (let round = 1; round <= refine; round++) {
      batch = feedbackPrompts(batch, answer, wanted);
      answer = await encoded.decode(batch, { masks: 'single', cells: round < refine ? 'all' : cells });
      wanted = wanted.map(({ prompt, maskIndex }, row) => ({ prompt, maskIndex, row, at: row }));
    }
    for (const { prompt, maskIndex, at } of wanted) onMask({ prompt, maskIndex, answer, at });
    done += indices.length;
    onProgress?.(done, prompts.length);
  }
}

function allMasks({ masksPerPrompt }: DecodedBatch, indices: readonly number[]): WantedMask[] {
  return indices.flatMap((prompt, row) =>
    Array.from({ length: masksPerPrompt }, (_, maskIndex) => ({
      prompt,
      maskIndex,
      row,
      at: row * masksPerPrompt + maskIndex,
    })),
  );
}

/** The mask of each prompt with the best predicted IoU, the first of equals. */
function bestMasks({ masksPerPrompt, iouPredictions }: DecodedBatch, indices: readonly number[]): WantedMask[] {
  return indices.map((prompt, row) => {
    const first = row * masksPerPrompt;
    let at = first;
    for (let i = first + 1; i < first + masksPerPrompt; i++) if (iouPredictions[i] > iouPredictions[at]) at = i;
    return { prompt, maskIndex: 0, row, at };
  });
}

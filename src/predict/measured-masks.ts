import type { EncodedImage } from '../amg/segmentation-model.js';
import { MaskWalker } from '../mask/mask-walker.js';
import { createResizePlan } from '../mask/resize-plan.js';
import type { MaskInputFrame } from './mask-input.js';
import type { ObjectPrompt } from './object-prompt.js';
import { copyRowMajor, type PredictMasksOptions, predictMasks } from './predict-masks.js';

/** A mask of the picture's size that answers a prompt. */
export interface MeasuredPrediction {
  /** Which prompt it answers, as an index. */
  readonly prompt: number;
  /** Which of the prompt's masks it is: 0 to 2 with `multimask: true`, otherwise 0. */
  readonly mask: number;
  /** The model's own estimate of the mask's IoU; a raw regression, can exceed 1. */
  readonly predictedIou: number;
  /** Pixels above +offset over pixels above -offset, 0 to 1; 0 where there are none. */
  readonly stabilityScore: number;
  /** True pixels; 0 when the model found nothing. */
  readonly area: number;
  /** Outermost true pixels, x0, y0, x1, y1 inclusive; zeros when there are none. */
  readonly boxXyxy: readonly [number, number, number, number];
  readonly runsColumnMajor: Uint32Array;
  /** [256, 256] row-major low-res logits, where `lowRes` asked for them. */
  readonly lowResMask?: Float32Array;
}

/** Options of {@link measuredPredictions}. */
export interface MeasureOptions extends Omit<PredictMasksOptions, 'allCells'> {
  /** Shift of the cutoff, in logits, of the stability score. 0 or more. @default 1 */
  readonly stabilityScoreOffset?: number;
  /** Whether to return the low-res logits too. @default false */
  readonly lowRes?: boolean;
}

/** The masks of every prompt, in the order of the prompts and of each prompt's masks. */
export async function measuredPredictions(
  encoded: EncodedImage,
  frame: MaskInputFrame,
  prompts: readonly ObjectPrompt[],
  options: MeasureOptions = {},
): Promise<MeasuredPrediction[]> {
  const { stabilityScoreOffset = 1, lowRes = false } = options;
  const { width, height } = encoded;
  const walker = new MaskWalker(createResizePlan({ width, height, ...frame }), { stabilityScoreOffset });
  const predictions: MeasuredPrediction[] = [];
  await predictMasks(encoded, prompts, { ...options, allCells: lowRes }, (found) => {
    const { prompt, mask, predictedIou, logits, offset, cellsWide, cellsHigh } = found;
    walker.measure(logits, offset, cellsHigh);
    const [x0, y0, x1, y1] = walker.boxXyxy;
    const lowResMask = lowRes ? new Float32Array(cellsWide * cellsHigh) : undefined;
    if (lowResMask) copyRowMajor(logits, offset, cellsWide, cellsHigh, lowResMask, 0);
    predictions.push({
      prompt,
      mask,
      predictedIou,
      stabilityScore: walker.union > 0 ? walker.stabilityScore : 0,
      area: walker.area,
      boxXyxy: [x0, y0, x1, y1],
      runsColumnMajor: walker.runsColumnMajor.slice(),
      ...(lowResMask && { lowResMask }),
    });
  });
  return predictions.sort((a, b) => a.prompt - b.prompt || a.mask - b.mask);
}

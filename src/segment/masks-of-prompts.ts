import { MaskMeasurer } from '../mask/logits/mask-measurer.js';
import { createResizePlan } from '../mask/logits/resize-plan.js';
import type { ModelGeometry } from '../sam/geometry.js';
import type { EncodedImage } from '../sam/segmentation-model.js';
import type { ObjectPrompt } from './object-prompt.js';
import { copyRowMajor, type PredictMasksOptions, predictMasks } from './predict-masks.js';

/** A mask of the image's size that answers a prompt. */
export interface MaskOfPrompt {
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

/** Options of {@link masksOfPrompts}. */
export interface MasksOfPromptsOptions extends Omit<PredictMasksOptions, 'allCells'> {
  /** Shift of the cutoff, in logits, of the stability score. 0 or more. @default 1 */
  readonly stabilityScoreOffset?: number;
  /** Whether to return the low-res logits too. @default false */
  readonly lowRes?: boolean;
}

/** The masks of every prompt, in the order of the prompts and of each prompt's masks. */
export async function masksOfPrompts(
  encoded: EncodedImage,
  geometry: ModelGeometry,
  prompts: readonly ObjectPrompt[],
  options: MasksOfPromptsOptions = {},
): Promise<MaskOfPrompt[]> {
  const { stabilityScoreOffset = 1, lowRes = false } = options;
  const { width, height } = encoded;
  const measurer = new MaskMeasurer(createResizePlan({ width, height, geometry }), {
    maskThreshold: geometry.maskThreshold,
    stabilityScoreOffset,
  });
  const predictions: MaskOfPrompt[] = [];
  await predictMasks(encoded, prompts, { ...options, allCells: lowRes }, (found) => {
    const { prompt, mask, predictedIou, logits, offset, cellsWide, cellsHigh } = found;
    measurer.measure(logits, offset, cellsHigh);
    const [x0, y0, x1, y1] = measurer.boxXyxy;
    const lowResMask = lowRes ? new Float32Array(cellsWide * cellsHigh) : undefined;
    if (lowResMask) copyRowMajor(logits, offset, cellsWide, cellsHigh, lowResMask, 0);
    predictions.push({
      prompt,
      mask,
      predictedIou,
      stabilityScore: measurer.union > 0 ? measurer.stabilityScore : 0,
      area: measurer.area,
      boxXyxy: [x0, y0, x1, y1],
      runsColumnMajor: measurer.runsColumnMajor.slice(),
      ...(lowResMask && { lowResMask }),
    });
  });
  return predictions.sort((a, b) => a.prompt - b.prompt || a.mask - b.mask);
}

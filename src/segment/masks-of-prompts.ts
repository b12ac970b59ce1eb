import type { MeasuredMask } from '../mask/runs/mask-iou.js';
import type { ModelGeometry } from '../sam/geometry.js';
import type { EncodedImage } from '../sam/segmentation-model.js';
import { rowMajorLogits } from './mask-feedback.js';
import { measureAnswer, measurerOf } from './measure-answers.js';
import type { ObjectPrompt } from './object-prompt.js';
import { type PredictMasksOptions, predictMasks } from './predict-masks.js';

/** A mask of the image's size that answers a prompt. */
export interface MaskOfPrompt extends MeasuredMask {
  /** Which prompt it answers, as an index. */
  readonly prompt: number;
  /** Which of the prompt's masks it is: 0 to 2 with `multimask: true`, otherwise 0. */
  readonly maskIndex: number;
  /** The model's own estimate of the mask's IoU; a raw regression, can exceed 1. */
  readonly predictedIou: number;
  /** Pixels above +offset over pixels above -offset, 0 to 1; 0 where there are none. */
  readonly stabilityScore: number;
  /** [low-res size, low-res size] row-major low-res logits (256 for SAM 1), where `lowRes` asked for them. */
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
  const measurer = measurerOf(encoded, geometry, { stabilityScoreOffset });
  const masks: MaskOfPrompt[] = [];
  await predictMasks(encoded, prompts, { ...options, allCells: lowRes }, ({ prompt, maskIndex, answer, at }) => {
    measureAnswer(measurer, answer, at);
    masks.push({
      ...measurer.copyOfMask(),
      prompt,
      maskIndex,
      predictedIou: answer.iouPredictions[at],
      stabilityScore: measurer.stabilityScore,
      ...(lowRes && { lowResMask: rowMajorLogits(answer, at) }),
    });
  });
  return masks.sort((a, b) => a.prompt - b.prompt || a.maskIndex - b.maskIndex);
}

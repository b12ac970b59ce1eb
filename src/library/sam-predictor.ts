import { SamError } from '../errors.js';
import { decodeImage, type ImageInput } from '../image/decode-image.js';
import type { MaskRuns } from '../mask/runs/mask-runs.js';
import type { SamModel } from '../model/runtime/load-model.js';
import type { EncodedImage } from '../sam/segmentation-model.js';
import { boxInImage, FAULT_IN_WORDS, faultOfPrompt } from '../segment/check-prompt.js';
import { type MaskOfPrompt, masksOfPrompts } from '../segment/masks-of-prompts.js';
import type { ObjectPrompt } from '../segment/object-prompt.js';
import type { PredictMasksOptions } from '../segment/predict-masks.js';

/** A prompt and how to answer it. */
export interface PredictRequest extends ObjectPrompt, Pick<PredictMasksOptions, 'refine'> {
  /**
   * `true` gives three masks, whole to part, with their scores; `false` the single-mask token's; `'best'` the best of three for a single
   * point and the single-mask token's for any other prompt. @default true, as SamPredictor's multimask_output
   */
  readonly multimask?: boolean | 'best';
}

/** What the model makes of a prompt. All arrays have one entry a mask. */
export interface Prediction {
  /** Masks of the image's size; see `rowMajorFromMaskRuns` for a dense one. */
  readonly masks: MaskRuns[];
  /** The model's own estimates of the masks' IoU; raw regressions, can exceed 1. */
  readonly iouPredictions: number[];
  /** [low-res size, low-res size] row-major low-res logits (256 for SAM 1), for `maskInput` of a next call. */
  readonly lowResMasks: Float32Array[];
}

/**
 * Masks of the objects that points, boxes and masks mean, as `SamPredictor` of segment-anything.
 *
 * @example
 * ```ts
 * const predictor = new SamPredictor(await loadModel());
 * await predictor.setImage('photo.jpg');
 * const { masks, iouPredictions } = await predictor.predict({ points: [[320, 240]], labels: [1] });
 * ```
 */
export class SamPredictor {
  readonly #model: SamModel;
  #image: EncodedImage | undefined;

  /** @param model - From `loadModel`. Several predictors and generators may use it, and are answered in turn. */
  constructor(model: SamModel) {
    this.#model = model;
  }

  /**
   * Encodes an image, about which `predict` is asked from now on.
   *
   * @param input - A file's path, the bytes of a file, or raw RGB.
   * @throws SamError `unreadable-image` when the input is not an image.
   */
  async setImage(input: ImageInput): Promise<void> {
    this.#image = undefined;
    this.#image = await this.#model.encode(await decodeImage(input));
  }

  /**
   * The masks of one object.
   *
   * @throws SamError `bad-usage` before `setImage`, `bad-prompt` for a prompt that is empty, outside the image or malformed,
   * `bad-model` when the decoder takes no such prompt (transformers.js exports: points only).
   */
  async predict({ multimask = true, refine = 0, ...prompt }: PredictRequest): Promise<Prediction> {
    const [prediction] = await this.predictAll([prompt], { multimask, refine });
    return prediction;
  }

  /**
   * The masks of many objects, those with prompts of one shape together in batches.
   *
   * @param prompts - One an object.
   * @returns one prediction a prompt.
   * @throws as {@link SamPredictor.predict}
   */
  async predictAll(
    prompts: readonly ObjectPrompt[],
    options: Omit<PredictMasksOptions, 'allCells'> = {},
  ): Promise<Prediction[]> {
    const image = this.#image;
    if (!image) throw new SamError('bad-usage', 'Expected setImage before predict but no image is set');
    const { geometry } = this.#model;
    const asked = prompts.map((prompt, i) =>
      askedOf(prompt, prompts.length > 1 ? ` ${i}` : '', image, geometry.lowResSize),
    );
    const found = await masksOfPrompts(image, geometry, asked, { ...options, lowRes: true });
    const predictions = prompts.map((): Prediction => ({ masks: [], iouPredictions: [], lowResMasks: [] }));
    for (const each of found) addTo(predictions[each.prompt], each);
    return predictions;
  }
}

function addTo(prediction: Prediction, found: MaskOfPrompt): void {
  prediction.masks.push(found.mask);
  prediction.iouPredictions.push(found.predictedIou);
  if (found.lowResMask) prediction.lowResMasks.push(found.lowResMask);
}

function askedOf(prompt: ObjectPrompt, number: string, { width, height }: EncodedImage, side: number): ObjectPrompt {
  const fault = faultOfPrompt(prompt, width, height);
  if (fault) {
    const size = `an image of ${width} x ${height}`;
    throw new SamError(
      'bad-prompt',
      `Expected a prompt for ${size} but prompt${number} is none: ${FAULT_IN_WORDS[fault]}`,
    );
  }
  if (prompt.maskInput && prompt.maskInput.length !== side * side) {
    const received = prompt.maskInput.length;
    throw new SamError('bad-prompt', `Expected ${side} x ${side} logits for maskInput but received ${received} values`);
  }
  return prompt.box ? { ...prompt, box: boxInImage(prompt.box, width, height) } : prompt;
}

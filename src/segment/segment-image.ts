import type { FoundMask, FoundMasks } from '../sam/found-mask.js';
import type { ModelGeometry } from '../sam/geometry.js';
import type { PromptedObject } from '../sam/image-prompts.js';
import type { ImageSize, RgbImage } from '../sam/rgb-image.js';
import type { SegmentationModel } from '../sam/segmentation-model.js';
import type { SettingRule } from '../sam/setting-rules.js';
import { maskInputOfRle } from './mask-input.js';
import { type MaskOfPrompt, masksOfPrompts } from './masks-of-prompts.js';
import type { ObjectPrompt } from './object-prompt.js';

/** How prompts are answered. */
export interface SegmentSettings {
  /** `true` keeps the three multimasks of each prompt; `'best'` one mask, chosen as the reference does. @default 'best' */
  readonly multimask: true | 'best';
  /** Times that each mask is fed back as a mask prompt. 0 to 100. @default 0 */
  readonly refine: number;
  /** Prompts that go through the decoder together, at most. The masks do not depend on it. 1 to 1024. @default 64 */
  readonly promptsPerBatch: number;
  /** Shift of the cutoff, in logits, of the stability score. 0 or more. @default 1 */
  readonly stabilityScoreOffset: number;
}

/** Defaults of {@link SegmentSettings}. */
export const SEGMENT_DEFAULTS: SegmentSettings = {
  multimask: 'best',
  refine: 0,
  promptsPerBatch: 64,
  stabilityScoreOffset: 1,
};

/** What each setting of {@link SegmentSettings} may be. */
export const SEGMENT_RULES = {
  multimask: { kind: 'choice', choices: [true, 'best'] },
  refine: { kind: 'number', integer: true, min: 0, max: 100 },
  promptsPerBatch: { kind: 'number', integer: true, min: 1, max: 1024 },
  stabilityScoreOffset: { kind: 'number', integer: false, min: 0, max: Number.MAX_VALUE },
} as const satisfies Record<keyof SegmentSettings, SettingRule>;

/**
 * Encodes an image once and answers all its prompts: the masks in the order of the prompts and of each prompt's masks. Masks are
 * measured while they are decoded, so `select` and `finish` take no seconds.
 *
 * @param prompts - In pixels of the image, checked (see answerable-prompts.ts).
 * @throws SamError `bad-prompt` for a mask of another size than the image's and the low-res grid's, `malformed-rle` for one that
 * cannot be read.
 */
export async function segmentImage(
  model: SegmentationModel,
  image: RgbImage,
  prompts: readonly PromptedObject[],
  settings: SegmentSettings,
  onProgress?: (done: number, total: number) => void,
): Promise<FoundMasks> {
  const { geometry } = model;
  const startedAt = performance.now();
  const encoded = await model.encode(image);
  const encodedAt = performance.now();
  const asked = prompts.map((prompt) => objectPromptOf(prompt, image, geometry));
  const answers = await masksOfPrompts(encoded, geometry, asked, { ...settings, ...(onProgress && { onProgress }) });
  const decodedAt = performance.now();
  const masks = answers.map((answer) => foundMask(answer, prompts[answer.prompt], image, settings));
  const seconds = {
    encode: (encodedAt - startedAt) / 1000,
    decode: (decodedAt - encodedAt) / 1000,
    select: 0,
    finish: 0,
  };
  return { masks, prompts: prompts.length, seconds };
}

/** What a file says about an object, as the decoder takes it. */
function objectPromptOf(
  { points, labels, box, mask }: PromptedObject,
  size: ImageSize,
  geometry: ModelGeometry,
): ObjectPrompt {
  return {
    ...(points && { points }),
    ...(labels && { labels }),
    ...(box && { box }),
    ...(mask && { maskInput: maskInputOfRle(mask, size, geometry) }),
  };
}

function foundMask(
  { mask, area, boxXyxy, predictedIou, stabilityScore, maskIndex }: MaskOfPrompt,
  prompt: PromptedObject,
  { width, height }: ImageSize,
  { multimask }: SegmentSettings,
): FoundMask {
  return {
    mask,
    area,
    boxXyxy,
    predictedIou,
    stabilityScore,
    pointsXy: prompt.points ?? [],
    cropXyxy: [0, 0, width, height],
    prompt,
    ...(multimask === true && { maskIndex }),
  };
}

import { cocoCountsFromRuns } from '../mask/runs/coco-counts.js';
import type { MaskRecord } from '../sam/mask-record.js';
import type { RgbImage } from '../sam/rgb-image.js';
import type { SegmentationModel } from '../sam/segmentation-model.js';
import { type MaskOfPrompt, masksOfPrompts } from './masks-of-prompts.js';
import { objectPromptOf, type RlePrompt } from './rle-prompt.js';

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

/** A mask that answers a prompt. */
export interface SegmentedMask extends MaskRecord {
  /** Which prompt it answers, as an index. */
  readonly prompt: number;
  /** Which of the prompt's masks it is. */
  readonly mask: number;
}

/** Masks of an image's prompts, and seconds of each stage; masks are measured while they are decoded, so `select` is 0. */
export interface SegmentedImage {
  readonly masks: SegmentedMask[];
  readonly timings: {
    readonly encode: number;
    readonly decode: number;
    readonly select: number;
    readonly finish: number;
  };
}

/** Encodes an image once and answers all its prompts. */
export async function segmentImage(
  model: SegmentationModel,
  image: RgbImage,
  prompts: readonly RlePrompt[],
  settings: SegmentSettings,
  onProgress?: (done: number, total: number) => void,
): Promise<SegmentedImage> {
  const startedAt = performance.now();
  const encoded = await model.encode(image);
  const encodedAt = performance.now();
  const asked = prompts.map((prompt) => objectPromptOf(prompt, image, model.geometry));
  const found = await masksOfPrompts(encoded, model.geometry, asked, {
    ...settings,
    ...(onProgress && { onProgress }),
  });
  const decodedAt = performance.now();
  const masks = found.map((each, i) => segmentedMask(each, i + 1, prompts[each.prompt], image));
  return {
    masks,
    timings: {
      encode: (encodedAt - startedAt) / 1000,
      decode: (decodedAt - encodedAt) / 1000,
      select: 0,
      finish: (performance.now() - decodedAt) / 1000,
    },
  };
}

function segmentedMask(found: MaskOfPrompt, id: number, prompt: RlePrompt, image: RgbImage): SegmentedMask {
  const [x0, y0, x1, y1] = found.boxXyxy;
  return {
    id,
    segmentation: { size: [image.height, image.width], counts: cocoCountsFromRuns(found.runsColumnMajor) },
    area: found.area,
    bbox: [x0, y0, x1 - x0, y1 - y0],
    predicted_iou: found.predictedIou,
    stability_score: found.stabilityScore,
    point_coords: (prompt.points ?? []).map(([x, y]) => [x, y]),
    crop_box: [0, 0, image.width, image.height],
    prompt: found.prompt,
    mask: found.mask,
  };
}

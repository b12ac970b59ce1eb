import { cocoRleFromMaskRuns } from '../mask/runs/coco-rle.js';
import type { FoundMask, ImageResult } from '../sam/found-mask.js';
import type { PromptedObject } from '../sam/image-prompts.js';
import type { MaskRecord } from '../sam/mask-record.js';
import type { Sa1bFile } from './sa1b-file.js';

/** A mask of an image with the prompt that it answers. */
export interface PromptedMaskRecord extends MaskRecord {
  /** The prompt's id in its file, or its place in the image. */
  readonly prompt_id: number | string;
  /** What was asked, in pixels of the image. */
  readonly prompt: {
    readonly points?: readonly (readonly [x: number, y: number])[];
    readonly labels?: readonly number[];
    /** x0, y0, x1, y1, cut at the image's edges. */
    readonly box?: readonly [x0: number, y0: number, x1: number, y1: number];
    /** Whether a mask was given too. */
    readonly mask?: true;
  };
  /** Which of the three masks it is, with `--multimask`. */
  readonly mask_index?: number;
  readonly category_id?: number;
  readonly category?: string;
  /** The prompt's, such as a detector's confidence. */
  readonly score?: number;
}

/** The content of an image's SA-1B file. */
export function sa1bFileOf({ imageId, fileName, width, height, masks, skippedPrompts }: ImageResult): Sa1bFile {
  return {
    image: { image_id: imageId, width, height, file_name: fileName },
    annotations: masks.map((mask, i) => maskRecordOf(mask, i + 1)),
    ...(skippedPrompts.length > 0 && { skipped_prompts: skippedPrompts }),
  };
}

/**
 * A mask as an SA-1B annotation.
 *
 * @param id - 1 for the first mask of an image.
 */
export function maskRecordOf(found: FoundMask, id: number): MaskRecord | PromptedMaskRecord {
  const [left, top, right, bottom] = found.boxXyxy;
  const [cropLeft, cropTop, cropRight, cropBottom] = found.cropXyxy;
  const record: MaskRecord = {
    id,
    segmentation: cocoRleFromMaskRuns(found.mask),
    area: found.area,
    bbox: [left, top, right - left, bottom - top],
    predicted_iou: found.predictedIou,
    stability_score: found.stabilityScore,
    point_coords: found.pointsXy,
    crop_box: [cropLeft, cropTop, cropRight - cropLeft, cropBottom - cropTop],
  };
  return found.prompt ? { ...record, ...promptFieldsOf(found.prompt, found.maskIndex) } : record;
}

function promptFieldsOf(object: PromptedObject, maskIndex: number | undefined) {
  const { id, points, labels, box, mask, categoryId, category, score } = object;
  return {
    prompt_id: id,
    prompt: {
      ...(points && { points, labels: labels ?? points.map(() => 1) }),
      ...(box && { box }),
      ...(mask && { mask: true as const }),
    },
    ...(maskIndex !== undefined && { mask_index: maskIndex }),
    ...(categoryId !== undefined && { category_id: categoryId }),
    ...(category !== undefined && { category }),
    ...(score !== undefined && { score }),
  };
}

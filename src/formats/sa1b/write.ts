import { cocoRleFromMaskRuns } from '../../mask/runs/coco-rle.js';
import type { FoundMask, ImageResult } from '../../sam/found-mask.js';
import type { PromptedObject } from '../../sam/image-prompts.js';
import { classOf } from '../../sam/mask-class.js';
import type { MaskRecord } from '../../sam/mask-record.js';
import type { ClassFields, PromptedMaskRecord, Sa1bFile } from './file.js';

/** An image's result as the content of an SA-1B file. Annotations are numbered from 1 in the order of the masks. */
export function sa1bFileOf({ imageId, fileName, width, height, masks, skippedPrompts }: ImageResult): Sa1bFile {
  return {
    image: { image_id: imageId, width, height, file_name: fileName },
    annotations: masks.map((mask, i) => maskRecordOf(mask, i + 1)),
    ...(skippedPrompts.length > 0 && { skipped_prompts: skippedPrompts }),
  };
}

/**
 * A mask as an annotation of an SA-1B file.
 *
 * @param id - Its number in the file, from 1.
 */
export function maskRecordOf(found: FoundMask, id: number): (MaskRecord & ClassFields) | PromptedMaskRecord {
  const [x0, y0, x1, y1] = found.boxXyxy;
  const [cropX0, cropY0, cropX1, cropY1] = found.cropXyxy;
  return {
    id,
    segmentation: cocoRleFromMaskRuns(found.mask),
    area: found.area,
    // as the reference writes boxes: the last pixel's coordinate minus the first one's
    bbox: [x0, y0, x1 - x0, y1 - y0],
    predicted_iou: found.predictedIou,
    stability_score: found.stabilityScore,
    point_coords: found.pointsXy,
    crop_box: [cropX0, cropY0, cropX1 - cropX0, cropY1 - cropY0],
    ...(found.prompt && promptFieldsOf(found.prompt, found.maskIndex)),
    ...classFieldsOf(found),
  };
}

function promptFieldsOf(
  { id, points, labels, box, mask }: PromptedObject,
  maskIndex: number | undefined,
): Omit<PromptedMaskRecord, keyof MaskRecord | keyof ClassFields> {
  return {
    prompt_id: id,
    prompt: {
      ...(points && { points, labels: labels ?? points.map(() => 1) }),
      ...(box && { box }),
      ...(mask && { mask: true }),
    },
    ...(maskIndex !== undefined && { mask_index: maskIndex }),
  };
}

function classFieldsOf(found: FoundMask): ClassFields {
  const { categoryId, category, score } = classOf(found);
  return {
    ...(categoryId !== undefined && { category_id: categoryId }),
    ...(category !== undefined && { category }),
    ...(score !== undefined && { score }),
  };
}

/** The text of an SA-1B file: one JSON document, an annotation a line so that people and `diff` can read it. */
export function sa1bJsonOf({ image, annotations, skipped_prompts }: Sa1bFile): string {
  const lines = annotations.map((annotation) => `\n${JSON.stringify(annotation)}`);
  const skipped = skipped_prompts ? `,"skipped_prompts":${JSON.stringify(skipped_prompts)}` : '';
  return `{"image":${JSON.stringify(image)},"annotations":[${lines.join(',')}]${skipped}}\n`;
}

/** The same content in one line. */
export function ndjsonLineOf(file: Sa1bFile): string {
  return `${JSON.stringify(file)}\n`;
}

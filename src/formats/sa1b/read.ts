import { maskRunsFromCocoRle } from '../../mask/runs/coco-rle.js';
import { measuredMask } from '../../mask/runs/mask-iou.js';
import type { FoundMask, ImageResult } from '../../sam/found-mask.js';
import type { MaskRecord } from '../../sam/mask-record.js';
import { badField, checkedJson, type JsonSource, parsedJson } from '../json/parsed-json.js';
import type { JsonSchema } from '../json/schema.js';
import { BOX, ID, SIDE } from '../json/schema-parts.js';
import { promptedObjectOf } from '../prompted-object.js';
import type { PromptedMaskRecord, Sa1bFile } from './file.js';

const POINTS: JsonSchema = {
  type: 'array',
  items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
};

const ANNOTATION: JsonSchema = {
  type: 'object',
  required: ['segmentation', 'area', 'bbox', 'predicted_iou', 'stability_score', 'point_coords', 'crop_box'],
  properties: {
    segmentation: {
      type: 'object',
      required: ['size', 'counts'],
      properties: {
        size: { type: 'array', items: SIDE, minItems: 2, maxItems: 2 },
        counts: { type: 'string' },
      },
    },
    area: { type: 'number', minimum: 0 },
    bbox: BOX,
    predicted_iou: { type: 'number' },
    stability_score: { type: 'number' },
    point_coords: POINTS,
    crop_box: BOX,
    prompt_id: ID,
    prompt: {
      type: 'object',
      properties: { points: POINTS, labels: { type: 'array', items: { enum: [0, 1] } }, box: BOX },
    },
    mask_index: { type: 'integer', minimum: 0 },
    category_id: { type: 'integer' },
    category: { type: 'string' },
    score: { type: 'number' },
  },
};

const FILE: JsonSchema = {
  type: 'object',
  required: ['image', 'annotations'],
  properties: {
    image: {
      type: 'object',
      required: ['image_id', 'width', 'height', 'file_name'],
      properties: {
        image_id: { type: 'integer', minimum: 1 },
        width: SIDE,
        height: SIDE,
        file_name: { type: 'string', minLength: 1 },
      },
    },
    annotations: { type: 'array', items: ANNOTATION },
    skipped_prompts: {
      type: 'array',
      items: { type: 'object', required: ['id', 'reason'], properties: { id: ID, reason: { type: 'string' } } },
    },
  },
};

/**
 * The result that an SA-1B file holds. All of it comes back but the masks that were given as prompts: a file only says that there
 * were some. Area and box are measured, whatever the file says of them.
 *
 * @throws SamError `bad-prompt` with line and field of the first fault, `malformed-rle` or `bad-mask-size` for a mask that is none.
 */
export function imageResultOfSa1b(source: JsonSource): ImageResult {
  const { image, annotations, skipped_prompts = [] } = checkedJson<Sa1bFile>(source, parsedJson(source), FILE);
  const { width, height } = image;
  for (const [i, { segmentation }] of annotations.entries()) {
    const { size } = segmentation;
    if (size[0] !== height || size[1] !== width) {
      const field = ['annotations', i, 'segmentation', 'size'];
      throw badField(source, field, `the image's [${height}, ${width}]`, `[${size.join(', ')}]`);
    }
  }
  return {
    imageId: image.image_id,
    fileName: image.file_name,
    width,
    height,
    masks: annotations.map(foundMaskOf),
    skippedPrompts: skipped_prompts,
  };
}

/** What words said of a mask; the class of one that answers a prompt is read as the prompt's. */
function labelOf({ prompt_id, category_id, category, score = 0 }: Partial<PromptedMaskRecord>) {
  if (prompt_id !== undefined || category_id === undefined || category === undefined) return {};
  return { label: { categoryId: category_id, category, score } };
}

function foundMaskOf(record: MaskRecord & Partial<PromptedMaskRecord>): FoundMask {
  const [cropLeft, cropTop, cropWidth, cropHeight] = record.crop_box;
  return {
    ...measuredMask(maskRunsFromCocoRle(record.segmentation)),
    predictedIou: record.predicted_iou,
    stabilityScore: record.stability_score,
    pointsXy: record.point_coords,
    cropXyxy: [cropLeft, cropTop, cropLeft + cropWidth, cropTop + cropHeight],
    ...(record.prompt_id !== undefined && {
      // a record says only that there was a mask
      prompt: promptedObjectOf({ ...record, ...record.prompt, mask: undefined, id: record.prompt_id, isNamed: true }),
    }),
    ...labelOf(record),
    ...(record.mask_index !== undefined && { maskIndex: record.mask_index }),
  };
}

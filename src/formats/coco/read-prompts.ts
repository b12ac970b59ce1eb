/**
 * COCO detection files (https://cocodataset.org/#format-data): the box of each annotation, with its id, category and score.
 *
 * @module
 */

import type { ImagePrompts, NamedPrompts, PromptedObject } from '../../sam/image-prompts.js';
import { badField, checkedJson, type JsonSource } from '../json/parsed-json.js';
import type { JsonSchema } from '../json/schema.js';
import { BOX, ID, SIDE } from '../json/schema-parts.js';
import type { CocoAnnotation, CocoDataset } from './dataset.js';

const ANNOTATIONS: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['image_id', 'bbox'],
    properties: {
      id: ID,
      image_id: ID,
      category_id: { type: 'integer' },
      bbox: BOX,
      score: { type: 'number' },
    },
  },
};

const DATASET: JsonSchema = {
  type: 'object',
  required: ['images', 'annotations'],
  properties: {
    images: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'file_name'],
        properties: {
          id: ID,
          file_name: { type: 'string', minLength: 1 },
          width: SIDE,
          height: SIDE,
        },
      },
    },
    annotations: ANNOTATIONS,
    categories: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'name'],
        properties: { id: { type: 'integer' }, name: { type: 'string' } },
      },
    },
  },
};

/**
 * The images of a COCO dataset.
 *
 * @throws SamError `bad-prompt` with line and field; also for an id that two annotations share, or one that names no image.
 */
export function promptsOfCocoDataset(
  source: JsonSource,
  value: unknown,
): { images: NamedPrompts[]; dataset: CocoDataset } {
  const dataset = checkedJson<CocoDataset>(source, value, DATASET);
  const byImage = new Map<number | string, PromptedObject[]>();
  for (const [i, { id }] of dataset.images.entries()) {
    if (byImage.has(id))
      throw badField(source, ['images', i, 'id'], 'an id of its own', `${id}, which an earlier one has`);
    byImage.set(id, []);
  }
  const names = new Map(dataset.categories?.map(({ id, name }) => [id, name]));
  const seen = new Set<number | string>();
  for (const [i, annotation] of dataset.annotations.entries()) {
    const objects = byImage.get(annotation.image_id);
    if (!objects) {
      const field = ['annotations', i, 'image_id'];
      throw badField(source, field, 'the id of one of the images', `${annotation.image_id}`);
    }
    const { id } = annotation;
    if (id !== undefined && seen.has(id)) {
      throw badField(source, ['annotations', i, 'id'], 'an id of its own', `${id}, which an earlier one has`);
    }
    if (id !== undefined) seen.add(id);
    objects.push(promptedObject(annotation, i, names));
  }
  const images = dataset.images.map(({ id, file_name, width, height }): NamedPrompts => {
    const prompts: ImagePrompts = {
      objects: byImage.get(id) ?? [],
      isRelative: false,
      imageId: id,
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
    };
    return [file_name, prompts];
  });
  return { images, dataset };
}

/**
 * The images of a COCO results file (an array of detections), by image id: it names no files.
 *
 * @throws SamError `bad-prompt` with line and field.
 */
export function promptsOfCocoResults(source: JsonSource, value: unknown): Map<number | string, ImagePrompts> {
  const results = checkedJson<readonly CocoAnnotation[]>(source, value, ANNOTATIONS);
  const byImage = new Map<number | string, PromptedObject[]>();
  for (const [i, result] of results.entries()) {
    const objects = byImage.get(result.image_id) ?? [];
    byImage.set(result.image_id, objects);
    objects.push(promptedObject(result, i, new Map()));
  }
  return new Map([...byImage].map(([imageId, objects]) => [imageId, { objects, isRelative: false, imageId }]));
}

function promptedObject(annotation: CocoAnnotation, index: number, names: ReadonlyMap<number, string>): PromptedObject {
  const { id, category_id, bbox, score } = annotation;
  const [x, y, w, h] = bbox;
  const category = category_id === undefined ? undefined : names.get(category_id);
  return {
    id: id ?? index + 1,
    // the place in the file is unique too
    isNamed: true,
    box: [x, y, x + w, y + h],
    ...(category_id !== undefined && { categoryId: category_id }),
    ...(category !== undefined && { category }),
    ...(score !== undefined && { score }),
  };
}

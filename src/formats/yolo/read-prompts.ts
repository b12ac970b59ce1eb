/**
 * YOLO detection labels (https://docs.ultralytics.com/datasets/detect): a text file an image, a line an object: class, centre x,
 * centre y, width, height, all but the class in shares of the image's sides; predictions add a confidence.
 *
 * @module
 */

import type { ImagePrompts, PromptedObject } from '../../sam/image-prompts.js';
import { badPrompt } from '../bad-prompt.js';

const FIELDS = ['class', 'x', 'y', 'width', 'height', 'confidence'] as const;

/**
 * The prompts of a label file. An object's id is its place among the lines that are not empty.
 *
 * @param classNames - Names of the classes, where known.
 * @throws SamError `bad-prompt` with line and field.
 */
export function promptsOfYoloLabels(text: string, file: string, classNames: readonly string[]): ImagePrompts {
  const objects: PromptedObject[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const fields = line.trim().split(/\s+/);
    if (fields[0] === '') continue;
    objects.push(objectOfLine(fields, file, i + 1, objects.length + 1, classNames));
  }
  return { objects, isRelative: true };
}

function objectOfLine(
  fields: readonly string[],
  file: string,
  line: number,
  id: number,
  classNames: readonly string[],
): PromptedObject {
  if (fields.length !== 5 && fields.length !== 6) {
    throw badPrompt(
      file,
      line,
      `Expected 5 or 6 fields (${FIELDS.join(', ')}) but received ${fields.length}`,
      fields.length > 6 ? 'Lines with more are polygons, which need no segmenting.' : undefined,
    );
  }
  const numbers = fields.map((field, k) => {
    const value = Number(field);
    if (!Number.isFinite(value)) {
      throw badPrompt(file, line, `Expected a finite number for ${FIELDS[k]} but received "${field}"`);
    }
    return value;
  });
  const [categoryId, x, y, width, height, score] = numbers;
  if (!Number.isInteger(categoryId) || categoryId < 0) {
    throw badPrompt(file, line, `Expected an integer of 0 or more for class but received "${fields[0]}"`);
  }
  const category = classNames[categoryId];
  return {
    id,
    isNamed: false,
    categoryId,
    box: [x - width / 2, y - height / 2, x + width / 2, y + height / 2],
    ...(category !== undefined && { category }),
    ...(score !== undefined && { score }),
  };
}

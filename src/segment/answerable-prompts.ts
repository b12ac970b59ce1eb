/**
 * From what a file says to what the model is asked: coordinates in pixels, prompts that cannot be asked set aside.
 *
 * @module
 */

import { SamError } from '../errors.js';
import type { ImagePrompts, PromptedObject, SkippedPrompt } from '../sam/image-prompts.js';
import type { ImageSize } from '../sam/rgb-image.js';
import { boxInImage, FAULT_IN_WORDS, faultOfPrompt } from './check-prompt.js';

/** The prompts of an image that can be asked, and those that cannot. */
interface AnswerablePrompts {
  /** In pixels; boxes cut at the image's edges. */
  readonly asked: readonly PromptedObject[];
  readonly skipped: readonly SkippedPrompt[];
}

function inPixels(object: PromptedObject, { width, height }: ImageSize): PromptedObject {
  const { points, box } = object;
  return {
    ...object,
    ...(points && { points: points.map(([x, y]) => [x * width, y * height] as const) }),
    ...(box && { box: [box[0] * width, box[1] * height, box[2] * width, box[3] * height] }),
  };
}

/**
 * The prompts of an image that can be asked of it. Outside the image, inverted and empty ones are skipped, as are those that say
 * nothing, and repetitions of an earlier one that have no id of their own.
 *
 * @throws SamError `bad-prompt` when the file gives the image another size.
 */
export function answerablePrompts(prompts: ImagePrompts, size: ImageSize): AnswerablePrompts {
  requireSize(prompts, size);
  const asked: PromptedObject[] = [];
  const skipped: SkippedPrompt[] = [...(prompts.skipped ?? [])];
  const seen = new Set<string>();
  for (const given of prompts.objects) {
    const object = prompts.isRelative ? inPixels(given, size) : given;
    const { points, labels, box, mask, categoryId, category } = object;
    const fault = faultOfPrompt(object, size.width, size.height);
    const key = JSON.stringify([points, labels, box, mask, categoryId, category]);
    if (fault) skipped.push({ id: object.id, reason: FAULT_IN_WORDS[fault] });
    else if (!object.isNamed && seen.has(key)) skipped.push({ id: object.id, reason: 'it repeats an earlier prompt' });
    else asked.push(box ? { ...object, box: boxInImage(box, size.width, size.height) } : object);
    seen.add(key);
  }
  return { asked, skipped };
}

function requireSize({ width, height }: ImagePrompts, size: ImageSize): void {
  if ((width ?? size.width) === size.width && (height ?? size.height) === size.height) return;
  throw new SamError(
    'bad-prompt',
    `Expected an image of ${width ?? '?'} x ${height ?? '?'}, as its prompts say, but received ${size.width} x ${size.height}`,
    'Prompts made on a resized or unrotated copy would miss their objects.',
  );
}

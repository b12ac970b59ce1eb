import { SamError } from '../errors.js';
import type { PointsAndBox } from '../sam/image-prompts.js';

/** Why a prompt that is well formed cannot be asked of an image. */
type PromptFault = 'nothing-to-ask' | 'point-outside' | 'box-outside' | 'box-inverted' | 'box-empty';

/** A prompt whose mask, if it has one, may be of any form. */
interface CheckedPrompt extends PointsAndBox {
  readonly mask?: unknown;
  readonly maskInput?: unknown;
}

/** Each {@link PromptFault} in words. */
export const FAULT_IN_WORDS: Readonly<Record<PromptFault, string>> = {
  'nothing-to-ask': 'it has no point, no box and no mask',
  'point-outside': 'a point lies outside the image',
  'box-outside': 'the box lies outside the image',
  'box-inverted': 'the box ends before it starts (x1 < x0 or y1 < y0)',
  'box-empty': 'the box has no area',
};

function isOutside(value: number, side: number): boolean {
  return value < 0 || value > side;
}

/**
 * What is wrong with a prompt about an image of that size, or undefined. Edges belong to the image: x from 0 to `width`. A mask
 * is a prompt by itself; what it holds is not looked at.
 *
 * @throws SamError `bad-prompt` for what no image could make right: numbers that are none, labels other than 0 and 1.
 */
export function faultOfPrompt(prompt: CheckedPrompt, width: number, height: number): PromptFault | undefined {
  const { points = [], labels, box, mask, maskInput } = prompt;
  requireFinite(points.flat(), 'points');
  requireFinite(box ?? [], 'box');
  if (labels && labels.length !== points.length) {
    throw new SamError('bad-prompt', `Expected ${points.length} labels, one a point, but received ${labels.length}`);
  }
  const wrong = labels?.find((label) => label !== 0 && label !== 1);
  if (wrong !== undefined) {
    throw new SamError('bad-prompt', `Expected 1 (object) or 0 (background) for labels but received ${wrong}`);
  }
  if (points.length === 0 && !box && !mask && !maskInput) return 'nothing-to-ask';
  if (points.some(([x, y]) => isOutside(x, width) || isOutside(y, height))) return 'point-outside';
  if (!box) return undefined;
  const [x0, y0, x1, y1] = box;
  if (x1 < x0 || y1 < y0) return 'box-inverted';
  if (x1 === x0 || y1 === y0) return 'box-empty';
  if (x1 <= 0 || y1 <= 0 || x0 >= width || y0 >= height) return 'box-outside';
  return undefined;
}

/** The part of a box inside the image: detectors often overshoot its edges. */
export function boxInImage(
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  width: number,
  height: number,
): [number, number, number, number] {
  return [Math.max(0, x0), Math.max(0, y0), Math.min(width, x1), Math.min(height, y1)];
}

function requireFinite(values: readonly number[], name: string): void {
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined)
    throw new SamError('bad-prompt', `Expected finite numbers for ${name} but received ${wrong}`);
}

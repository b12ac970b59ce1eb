import { SamError } from '../errors.js';
import { type CocoRle, maskRunsFromCocoRle, type UncompressedCocoRle } from '../mask/runs/coco-rle.js';
import type { ModelGeometry } from '../sam/geometry.js';
import { maskInputOf } from './mask-input.js';
import type { ObjectPrompt } from './object-prompt.js';

/** A prompt as files and people give it: its mask, if any, as run lengths instead of logits. */
export interface RlePrompt extends Omit<ObjectPrompt, 'maskInput'> {
  /** Of the image's size, or of the low-res grid (256 x 256, padding included). */
  readonly mask?: CocoRle | UncompressedCocoRle;
}

/**
 * A prompt as the decoder takes it.
 *
 * @param size - Of the image, in pixels.
 * @throws SamError `bad-prompt` for a mask of another size, `malformed-rle` for one that cannot be read.
 */
export function objectPromptOf(
  { mask, ...prompt }: RlePrompt,
  size: { readonly width: number; readonly height: number },
  geometry: ModelGeometry,
): ObjectPrompt {
  if (!mask) return prompt;
  const { width, height } = size;
  const { lowResSize } = geometry;
  const [high, wide] = mask.size;
  const isOfImage = wide === width && high === height;
  if (!isOfImage && (wide !== lowResSize || high !== lowResSize)) {
    throw new SamError(
      'bad-prompt',
      `Expected [${height}, ${width}] or [${lowResSize}, ${lowResSize}] for the size of a mask but received [${mask.size.join(', ')}]`,
      'A mask prompt has the size of its image, or of the low-res grid.',
    );
  }
  return { ...prompt, maskInput: maskInputOf(maskRunsFromCocoRle(mask), geometry, !isOfImage) };
}

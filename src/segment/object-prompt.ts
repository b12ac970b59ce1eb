/**
 * What a person or a detector says about one object, and how it becomes a prompt of the decoder.
 *
 * @module
 */

import type { PointsAndBox } from '../sam/image-prompts.js';
import { BOX_BOTTOM_RIGHT, BOX_TOP_LEFT } from '../sam/point-labels.js';
import type { PromptBatch } from '../sam/segmentation-model.js';

/** Everything that is said about one object, together: points, a box, an earlier mask. At least one of them. */
export interface ObjectPrompt extends PointsAndBox {
  /** [low-res size, low-res size] row-major low-res logits (256 for SAM 1), such as an earlier prediction returned. @default none */
  readonly maskInput?: Float32Array;
}

/** Points that the decoder sees for a prompt, box corners included. */
function pointCountOf({ points = [], box }: ObjectPrompt): number {
  return points.length + (box ? 2 : 0);
}

/**
 * Whether a prompt leaves open which object is meant, part or whole: a single point and nothing else. The reference
 * recommends three masks for such a prompt and the single-mask token for all others.
 */
export function isAmbiguous({ points = [], box, maskInput }: ObjectPrompt): boolean {
  return points.length === 1 && !box && !maskInput;
}

/**
 * The indices of prompts that the decoder can answer in one batch: as many points, and box and mask in all or in none. Padding
 * points would allow more, but the padding embedding takes part in the attention and changes the masks.
 *
 * @param most - Prompts in a batch, at most.
 */
export function batchesOfOneShape(prompts: readonly ObjectPrompt[], most: number): number[][] {
  const byShape = new Map<string, number[]>();
  for (const [index, prompt] of prompts.entries()) {
    const shape = `${prompt.points?.length ?? 0} ${prompt.box !== undefined} ${prompt.maskInput !== undefined}`;
    const indices = byShape.get(shape);
    if (indices) indices.push(index);
    else byShape.set(shape, [index]);
  }
  return [...byShape.values()].flatMap((indices) =>
    Array.from({ length: Math.ceil(indices.length / most) }, (_, i) => indices.slice(i * most, (i + 1) * most)),
  );
}

/** Prompts of one shape as the decoder takes them: points first, then the corners of the box, as in the reference. */
export function promptBatchOf(prompts: readonly ObjectPrompt[]): PromptBatch {
  const count = prompts.length;
  const pointsPerPrompt = pointCountOf(prompts[0]);
  const coords = new Float32Array(count * pointsPerPrompt * 2);
  const labels = new Float32Array(count * pointsPerPrompt);
  for (const [i, { points = [], labels: given, box }] of prompts.entries()) {
    const first = i * pointsPerPrompt;
    for (const [k, point] of points.entries()) {
      coords.set(point, 2 * (first + k));
      labels[first + k] = given?.[k] ?? 1;
    }
    if (box) {
      const corner = first + points.length;
      coords.set(box, 2 * corner);
      labels[corner] = BOX_TOP_LEFT;
      labels[corner + 1] = BOX_BOTTOM_RIGHT;
    }
  }
  const masks = prompts.flatMap((prompt) => prompt.maskInput ?? []);
  if (masks.length === 0) return { count, pointsPerPrompt, coords, labels };
  const cells = masks[0].length;
  const maskInput = new Float32Array(count * cells);
  for (const [i, mask] of masks.entries()) maskInput.set(mask, i * cells);
  return { count, pointsPerPrompt, coords, labels, maskInput };
}

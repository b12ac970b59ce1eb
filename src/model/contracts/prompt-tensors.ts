/**
 * Prompts as the inputs that exports share, cut out of a batch.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import type { KnownTensor, PlainTensor, PromptRange } from './contract.js';

/** Inputs of the official decoder, by which it and its relatives are known. */
export const OFFICIAL_PROMPT_INPUTS: readonly KnownTensor[] = [
  { names: ['point_coords'], rank: 3 },
  { names: ['point_labels'], rank: 2 },
  { names: ['mask_input'], rank: 4 },
  { names: ['has_mask_input'], rank: 1 },
];

/** A float tensor. */
export function floats(data: Float32Array, dims: readonly number[]): PlainTensor {
  return { type: 'float32', dims, data };
}

/** x, y of some prompts, [prompts, N, 2] flattened. */
export function coordsOf({ points, first, end }: PromptRange): Float32Array {
  const n = points.pointsPerPrompt * 2;
  return points.coords.slice(first * n, end * n);
}

/** Labels of some prompts, [prompts, N] flattened. */
export function labelsOf({ points, first, end }: PromptRange): Float32Array {
  const n = points.pointsPerPrompt;
  return points.labels.slice(first * n, end * n);
}

/** The official names for some prompts: `point_coords`, `point_labels`, `mask_input` and `has_mask_input`. */
export function officialPromptInputs(prompts: PromptRange, { lowResSize }: ModelGeometry): Record<string, PlainTensor> {
  const { points, first, end, maskInput } = prompts;
  const count = end - first;
  const cells = lowResSize * lowResSize;
  const mask = maskInput ? maskInput.slice(first * cells, end * cells) : new Float32Array(count * cells);
  return {
    point_coords: floats(coordsOf(prompts), [count, points.pointsPerPrompt, 2]),
    point_labels: floats(labelsOf(prompts), [count, points.pointsPerPrompt]),
    mask_input: floats(mask, [count, 1, lowResSize, lowResSize]),
    has_mask_input: floats(Float32Array.of(maskInput ? 1 : 0), [1]),
  };
}

/** The points of some prompts as transformers.js names them: `input_points` and `input_labels`. */
export function transformersJsPoints(prompts: PromptRange): Record<string, PlainTensor> {
  const dims = [1, prompts.end - prompts.first, prompts.points.pointsPerPrompt];
  return {
    input_points: floats(coordsOf(prompts), [...dims, 2]),
    input_labels: { type: 'int64', dims, data: BigInt64Array.from(labelsOf(prompts), BigInt) },
  };
}

/** An export that cannot be asked so. */
export function takesNo(kind: 'mask' | 'box', exporter: string): SamError {
  return new SamError('bad-model', `This decoder takes no ${kind} prompt (exported ${exporter})`);
}

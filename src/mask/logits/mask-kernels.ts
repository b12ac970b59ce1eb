/**
 * The part of the walk over a mask that most masks do not survive, with two kernels to choose from.
 *
 * @module
 */

import type { MaskScratch } from './mask-scratch.js';
import type { ResizePlan } from './resize-plan.js';

/** Classifies and counts one mask at a time; both kernels give the same numbers. */
export interface MaskKernels {
  /** What {@link MaskKernels.classify} fills. */
  readonly scratch: MaskScratch;
  /**
   * Takes on a mask: classifies its cells and units, and bounds its pixels.
   *
   * @param logits - Column-major masks.
   * @param offset - Where this mask starts in `logits`.
   * @param storedHigh - Rows stored per column.
   */
  classify(logits: Float32Array, offset: number, storedHigh: number): void;
  /** Pixels above the upper (0) or lower (1) threshold in the units that a column of units leaves open for it. */
  countOpenPixelsAbove(index: number, unit: number): number;
}

/** Creates kernels for a plan and three thresholds, in the order of classify-cells.ts. */
export type CreateMaskKernels = (plan: ResizePlan, thresholds: Float64Array) => MaskKernels;

/**
 * {@link MaskKernels} on typed arrays, for machines without WebAssembly SIMD and as the test of the kernels that use it.
 *
 * @module
 */

import { classifyCells } from './classify-cells.js';
import { classifyUnits } from './classify-units.js';
import { countOpenPixelsAbove } from './count-above.js';
import type { MaskKernels } from './mask-kernels.js';
import { createMaskScratch } from './mask-scratch.js';
import type { ResizePlan } from './resize-plan.js';

/** See CreateMaskKernels. */
export function createTypescriptKernels(plan: ResizePlan, thresholds: Float64Array): MaskKernels {
  const scratch = createMaskScratch(plan);
  let logits: Float32Array = new Float32Array(0);
  let offset = 0;
  let storedHigh = 0;
  return {
    scratch,
    classify(newLogits, newOffset, newStoredHigh) {
      logits = newLogits;
      offset = newOffset;
      storedHigh = newStoredHigh;
      classifyCells(logits, offset, storedHigh, plan, thresholds, scratch.cellWords);
      classifyUnits(plan, scratch);
    },
    countOpenPixelsAbove(index, unit) {
      return countOpenPixelsAbove(logits, offset, storedHigh, plan, scratch, index, thresholds[index], unit);
    },
  };
}

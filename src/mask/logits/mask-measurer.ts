/**
 * Everything the generator asks of a mask, without ever holding its pixels.
 *
 * @module
 */

import type { MeasuredMask } from '../runs/mask-iou.js';
import { LOWER, UPPER } from './classify-cells.js';
import type { CreateMaskKernels, MaskKernels } from './mask-kernels.js';
import type { ResizePlan } from './resize-plan.js';
import { createSimdKernels } from './simd-kernels.js';
import { type RunFrame, SpanTrace, traceMask } from './trace-mask.js';
import { createTypescriptKernels } from './typescript-kernels.js';

/** Options of {@link MaskMeasurer}. */
export interface MaskMeasurerOptions {
  /** A pixel belongs to the mask when its logit is above this. @default 0 */
  readonly maskThreshold?: number;
  /** The stability score compares the mask at `maskThreshold` plus and minus this, at least 0. @default 1 */
  readonly stabilityScoreOffset?: number;
  /**
   * Masks with a stability score below this are given up, as soon as that is certain. 0 or less keeps every mask, also
   * those without a pixel. @default 0
   */
  readonly stabilityScoreThresh?: number;
  /** Image that runs are written for, when the plan's is a crop of it, and where the crop lies. @default the plan's */
  readonly image?: { readonly width: number; readonly height: number; readonly left: number; readonly top: number };
  /** For tests and benchmarks: every choice gives the same results. @default WebAssembly SIMD where there is any */
  readonly createKernels?: CreateMaskKernels;
}

/**
 * Measures masks of one size, one at a time. The results of the last {@link MaskMeasurer.measure} are its properties;
 * memory is kept between masks, so copy what should outlive the next call.
 */
export class MaskMeasurer {
  readonly plan: ResizePlan;
  /** Pixels above `maskThreshold + stabilityScoreOffset`. */
  intersection = 0;
  /** Pixels above `maskThreshold - stabilityScoreOffset`. */
  union = 0;
  /** Pixels above `maskThreshold`. */
  area = 0;
  /** [4] x0, y0, x1, y1 of the outermost pixels, both inclusive, in the plan's image or crop; zeros when empty. */
  readonly boxXyxy = new Float64Array(4);

  readonly #maskThreshold: number;
  readonly #stabilityScoreThresh: number;
  readonly #frame: RunFrame;
  readonly #frameWidth: number;
  readonly #kernels: MaskKernels;
  readonly #trace: SpanTrace;
  #runs = new Uint32Array(4096);
  #runCount = 0;

  /** @throws RangeError when the crop does not lie in its image, or the image has 2^32 pixels or more. */
  constructor(plan: ResizePlan, options: MaskMeasurerOptions = {}) {
    const { maskThreshold = 0, stabilityScoreOffset = 1, stabilityScoreThresh = 0 } = options;
    const { width, height, left, top } = options.image ?? { width: plan.width, height: plan.height, left: 0, top: 0 };
    if (left < 0 || top < 0 || left + plan.width > width || top + plan.height > height) {
      throw new RangeError(
        `Expected a crop within ${width}x${height} but received ${plan.width}x${plan.height} at ${left},${top}`,
      );
    }
    if (width * height >= 2 ** 32) {
      throw new RangeError(`Expected an image of fewer than 2^32 pixels but received ${width}x${height}`);
    }
    if (!(stabilityScoreOffset >= 0)) {
      throw new RangeError(`Expected a stabilityScoreOffset of at least 0 but received ${stabilityScoreOffset}`);
    }
    this.plan = plan;
    this.#maskThreshold = maskThreshold;
    this.#stabilityScoreThresh = stabilityScoreThresh > 0 ? stabilityScoreThresh : Number.NEGATIVE_INFINITY;
    this.#frame = { height, left, top };
    this.#frameWidth = width;
    const upper = maskThreshold + stabilityScoreOffset;
    const lower = maskThreshold - stabilityScoreOffset;
    const thresholds = Float64Array.of(upper, lower, maskThreshold);
    const createKernels = options.createKernels ?? fastestKernels;
    this.#kernels = createKernels(plan, thresholds);
    this.#trace = new SpanTrace(plan);
  }

  /** `intersection / union`; 0 when both are 0, where the reference has NaN: a record has to hold a number. */
  get stabilityScore(): number {
    return this.union > 0 ? this.intersection / this.union : 0;
  }

  /**
   * Runs of the mask in column-major order, in turn 0 and 1, starting with the (possibly empty) run of zeros, as COCO
   * counts them. A view that the next {@link MaskMeasurer.measure} overwrites.
   */
  get runsColumnMajor(): Uint32Array {
    return this.#runs.subarray(0, this.#runCount);
  }

  /** A copy of the mask measured last, in the image that runs are written for: it outlives the next mask. */
  copyOfMask(): MeasuredMask {
    const { height, left, top } = this.#frame;
    const [x0, y0, x1, y1] = this.boxXyxy;
    return {
      mask: { width: this.#frameWidth, height, runsColumnMajor: this.runsColumnMajor.slice() },
      area: this.area,
      boxXyxy: [x0 + left, y0 + top, x1 + left, y1 + top],
    };
  }

  /**
   * Measures a mask.
   *
   * @param logits - Low-res logits, column-major: cell column x, row y is `logits[offset + x * storedHigh + y]`. No NaN,
   * none beyond 1e8.
   * @param offset - Where this mask starts in `logits`.
   * @param storedHigh - Rows stored per column, at least `plan.cellsHigh`.
   * @returns Whether the mask passes the stability filter. If not, no property means anything.
   */
  measure(logits: Float32Array, offset: number, storedHigh: number): boolean {
    this.#kernels.classify(logits, offset, storedHigh);
    if (!this.#count()) return false;
    const { scratch } = this.#kernels;
    traceMask(logits, offset, storedHigh, this.plan, scratch, this.#maskThreshold, this.#frame, this.#trace);
    this.#finish();
    return true;
  }

  /** Counts at both stability thresholds, or gives up when the score can no longer reach its threshold. */
  #count(): boolean {
    const kernels = this.#kernels;
    const { openPixels, bounds } = kernels.scratch;
    const { units } = this.plan.x;
    const thresh = this.#stabilityScoreThresh;
    // division rounds in order, so a quotient of bounds below the threshold proves the same of the score
    let most = bounds[0] + bounds[1];
    let least = bounds[2];
    if (most / least < thresh) return false;
    for (let unit = 0; unit < units; unit++) {
      if (openPixels[unit] === 0) continue;
      most += kernels.countOpenPixelsAbove(UPPER, unit) - openPixels[unit];
      if (most / least < thresh) return false;
    }
    for (let unit = 0; unit < units; unit++) {
      if (openPixels[units + unit] === 0) continue;
      least += kernels.countOpenPixelsAbove(LOWER, unit);
      if (most / least < thresh) return false;
    }
    this.intersection = most;
    this.union = least;
    return thresh === Number.NEGATIVE_INFINITY || most / least >= thresh;
  }

  #finish(): void {
    const trace = this.#trace;
    const { flips, flipCount } = trace;
    const box = this.boxXyxy;
    this.area = trace.area;
    box[0] = trace.area > 0 ? trace.minX : 0;
    box[1] = trace.area > 0 ? trace.minY : 0;
    box[2] = trace.area > 0 ? trace.maxX : 0;
    box[3] = trace.area > 0 ? trace.maxY : 0;

    if (this.#runs.length < flipCount + 1) this.#runs = new Uint32Array(2 * flipCount + 1);
    const runs = this.#runs;
    let before = 0;
    for (let i = 0; i < flipCount; i++) {
      runs[i] = flips[i] - before;
      before = flips[i];
    }
    let count = flipCount;
    const total = this.#frameWidth * this.#frame.height;
    if (before < total) runs[count++] = total - before;
    this.#runCount = count;
  }
}

function fastestKernels(plan: ResizePlan, thresholds: Float64Array): MaskKernels {
  return createSimdKernels(plan, thresholds) ?? createTypescriptKernels(plan, thresholds);
}

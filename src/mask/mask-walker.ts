/**
 * Everything the generator asks of a mask, without ever holding its pixels.
 *
 * @module
 */

import { classifyCells, LOWER, UPPER } from './classify-cells.js';
import { classifyUnits, type PixelBounds } from './classify-units.js';
import { countOpenPixelsAbove } from './count-above.js';
import { createMaskScratch, type MaskScratch } from './mask-scratch.js';
import type { ResizePlan } from './resize-plan.js';
import { type RunFrame, SpanTrace, traceMask } from './trace-mask.js';

/** Options of {@link MaskWalker}. */
export interface MaskWalkerOptions {
  /** A pixel belongs to the mask when its logit is above this. @default 0 */
  readonly maskThreshold?: number;
  /** The stability score compares the mask at `maskThreshold` plus and minus this, at least 0. @default 1 */
  readonly stabilityScoreOffset?: number;
  /**
   * Masks with a stability score below this are given up, as soon as that is certain. 0 or less keeps every mask, also
   * those whose score is NaN. @default 0
   */
  readonly stabilityScoreThresh?: number;
  /** Picture that runs are written for, when the plan's is a crop of it, and where the crop lies. @default the plan's */
  readonly picture?: { readonly width: number; readonly height: number; readonly left: number; readonly top: number };
}

/**
 * Measures masks of one size, one at a time. The results of the last {@link MaskWalker.measure} are its properties;
 * memory is kept between masks, so copy what should outlive the next call.
 */
export class MaskWalker {
  readonly plan: ResizePlan;
  /** Pixels above `maskThreshold + stabilityScoreOffset`. */
  intersection = 0;
  /** Pixels above `maskThreshold - stabilityScoreOffset`. */
  union = 0;
  /** Pixels above `maskThreshold`. */
  area = 0;
  /** [4] x0, y0, x1, y1 of the outermost pixels, both inclusive, in the plan's picture or crop; zeros when empty. */
  readonly boxXyxy = new Float64Array(4);

  readonly #upper: number;
  readonly #lower: number;
  readonly #thresholds: Float64Array;
  readonly #mask: number;
  readonly #stabilityScoreThresh: number;
  readonly #frame: RunFrame;
  readonly #total: number;
  readonly #scratch: MaskScratch;
  readonly #trace = new SpanTrace();
  readonly #bounds: PixelBounds = { surelyUpper: 0, openUpper: 0, surelyLower: 0, openLower: 0 };
  #runs = new Uint32Array(4096);
  #runCount = 0;

  /** @throws RangeError when the crop does not lie in its picture, or the picture has 2^32 pixels or more. */
  constructor(plan: ResizePlan, options: MaskWalkerOptions = {}) {
    const { maskThreshold = 0, stabilityScoreOffset = 1, stabilityScoreThresh = 0 } = options;
    const { width, height, left, top } = options.picture ?? { width: plan.width, height: plan.height, left: 0, top: 0 };
    if (left < 0 || top < 0 || left + plan.width > width || top + plan.height > height) {
      throw new RangeError(
        `Expected a crop within ${width}x${height} but received ${plan.width}x${plan.height} at ${left},${top}`,
      );
    }
    if (width * height >= 2 ** 32) {
      throw new RangeError(`Expected a picture of fewer than 2^32 pixels but received ${width}x${height}`);
    }
    if (!(stabilityScoreOffset >= 0)) {
      throw new RangeError(`Expected a stabilityScoreOffset of at least 0 but received ${stabilityScoreOffset}`);
    }
    this.plan = plan;
    this.#mask = maskThreshold;
    this.#upper = maskThreshold + stabilityScoreOffset;
    this.#lower = maskThreshold - stabilityScoreOffset;
    this.#thresholds = Float64Array.of(this.#upper, this.#lower, this.#mask);
    this.#stabilityScoreThresh = stabilityScoreThresh > 0 ? stabilityScoreThresh : Number.NEGATIVE_INFINITY;
    this.#frame = { height, left, top };
    this.#total = width * height;
    this.#scratch = createMaskScratch(plan);
  }

  /** `intersection / union`; NaN when both are 0, as in the reference. */
  get stabilityScore(): number {
    return this.intersection / this.union;
  }

  /**
   * Runs of the mask in column-major order, in turn 0 and 1, starting with the (possibly empty) run of zeros, as COCO
   * counts them. A view that the next {@link MaskWalker.measure} overwrites.
   */
  get runsColumnMajor(): Uint32Array {
    return this.#runs.subarray(0, this.#runCount);
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
    const { plan } = this;
    const scratch = this.#scratch;
    classifyCells(logits, offset, storedHigh, plan, this.#thresholds, scratch.cellWords);
    classifyUnits(plan, scratch, this.#bounds);
    if (!this.#count(logits, offset, storedHigh)) return false;
    traceMask(logits, offset, storedHigh, plan, scratch, this.#mask, this.#frame, this.#trace);
    this.#finish();
    return true;
  }

  /** Counts at both stability thresholds, or gives up when the score can no longer reach its threshold. */
  #count(logits: Float32Array, offset: number, storedHigh: number): boolean {
    const { plan } = this;
    const scratch = this.#scratch;
    const { openPixels } = scratch;
    const units = plan.x.units;
    const thresh = this.#stabilityScoreThresh;
    const bounds = this.#bounds;
    // division rounds in order, so a quotient of bounds below the threshold proves the same of the score
    let most = bounds.surelyUpper + bounds.openUpper;
    let least = bounds.surelyLower;
    if (most / least < thresh) return false;
    for (let unit = 0; unit < units; unit++) {
      if (openPixels[unit] === 0) continue;
      const above = countOpenPixelsAbove(logits, offset, storedHigh, plan, scratch, UPPER, this.#upper, unit);
      most += above - openPixels[unit];
      if (most / least < thresh) return false;
    }
    for (let unit = 0; unit < units; unit++) {
      if (openPixels[units + unit] === 0) continue;
      least += countOpenPixelsAbove(logits, offset, storedHigh, plan, scratch, LOWER, this.#lower, unit);
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
    if (before < this.#total) runs[count++] = this.#total - before;
    this.#runCount = count;
  }
}

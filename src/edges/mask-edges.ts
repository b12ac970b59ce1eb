import { PixelLogits } from '../mask/logits/pixel-logits.js';
import type { ResizePlan } from '../mask/logits/resize-plan.js';
import type { MaskRuns } from '../mask/runs/mask-runs.js';
import { outerBoundaryOf } from './outer-boundary.js';

/** How sharply a mask ends, at the pixels just outside it: elsewhere its edges count as 0. */
export interface MaskEdges {
  /** `y * width + x` of each pixel. */
  readonly positions: Uint32Array;
  /** Of the same pixels: the Sobel filter's gradient of the mask's probabilities, 0 to 4 times the square root of 2. */
  readonly strengths: Float32Array;
}

/** A mask as the decoder answers it. */
export interface LowResMask {
  /** Column-major; see `DecodedBatch`. */
  readonly logits: Float32Array;
  readonly offset: number;
  readonly storedHigh: number;
}

/** Makes the edges of masks of one size. Only the probabilities beside the outline are computed. */
export class MaskEdgeFinder {
  readonly #plan: ResizePlan;
  readonly #pixels: PixelLogits;

  constructor(plan: ResizePlan) {
    this.#plan = plan;
    this.#pixels = new PixelLogits(plan);
  }

  /** @param mask - The same mask, thresholded, at the image's size. */
  edgesOf({ logits, offset, storedHigh }: LowResMask, mask: MaskRuns): MaskEdges {
    const { width, height } = this.#plan;
    const positions = outerBoundaryOf(mask);
    const strengths = new Float32Array(positions.length);
    const probabilityAt = (x: number, y: number) =>
      1 / (1 + Math.exp(-this.#pixels.at(logits, offset, storedHigh, x, y)));
    for (let i = 0; i < positions.length; i++) {
      const x = positions[i] % width;
      const y = (positions[i] - x) / width;
      // beyond the border the image goes on as it is there: no edge runs along it
      const [left, right] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      const [above, below] = [Math.max(0, y - 1), Math.min(height - 1, y + 1)];
      const aboveLeft = probabilityAt(left, above);
      const aboveRight = probabilityAt(right, above);
      const belowLeft = probabilityAt(left, below);
      const belowRight = probabilityAt(right, below);
      const across =
        aboveRight - aboveLeft + 2 * (probabilityAt(right, y) - probabilityAt(left, y)) + belowRight - belowLeft;
      const down =
        belowLeft - aboveLeft + 2 * (probabilityAt(x, below) - probabilityAt(x, above)) + belowRight - aboveRight;
      strengths[i] = Math.hypot(across, down);
    }
    return { positions, strengths };
  }
}

/**
 * The filters of antialiased resizing, as Pillow's Resample.c and PyTorch's `antialias=True` lay them out.
 *
 * @module
 */

/** A filter of a resize. */
export interface ResizeFilter {
  /** How far it reaches to either side of its middle, in inputs (in outputs when reducing). */
  readonly support: number;
  /** Its value at a distance from its middle. */
  readonly at: (distance: number) => number;
  /** Whether it has values below zero, so that results may leave the range of the inputs. */
  readonly overshoots: boolean;
}

/** Bilinear: a triangle. */
export const TRIANGLE: ResizeFilter = {
  support: 1,
  at: (distance) => Math.max(0, 1 - Math.abs(distance)),
  overshoots: false,
};

/** Pillow's bicubic: Keys' cubic convolution with a = -0.5. */
export const BICUBIC: ResizeFilter = {
  support: 2,
  at(distance) {
    const x = Math.abs(distance);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
  },
  overshoots: true,
};

/** Filter taps of one axis: output i reads `counts[i]` inputs from `starts[i]` with `weights[i * width ...]`. */
export interface ResizeTaps<Weights> {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** Those of an output sum to 1. */
  readonly weights: Weights;
  /** Weights reserved for each output. */
  readonly width: number;
}

/**
 * The taps that take `inSize` values to `outSize`: the filter as wide as it is in inputs, or in outputs when reducing.
 *
 * @param inSize - At least 1.
 * @param outSize - At least 1.
 */
export function resizeTaps(inSize: number, outSize: number, filter: ResizeFilter): ResizeTaps<Float64Array> {
  const scale = inSize / outSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const width = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outSize);
  const counts = new Int32Array(outSize);
  const weights = new Float64Array(outSize * width);
  for (let i = 0; i < outSize; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(inSize, Math.trunc(center + support + 0.5)) - start;
    const first = i * width;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const weight = filter.at((k + start - center + 0.5) / filterScale);
      weights[first + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) weights[first + k] /= sum;
    starts[i] = start;
    counts[i] = count;
  }
  return { starts, counts, weights, width };
}

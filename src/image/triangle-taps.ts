/**
 * The triangle filter of antialiased bilinear resizing, as Pillow's Resample.c and PyTorch's `antialias=True` lay it out.
 *
 * @module
 */

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
 * The taps that take `inSize` values to `outSize`: a triangle two inputs wide, or as wide as two outputs when reducing.
 *
 * @param inSize - At least 1.
 * @param outSize - At least 1.
 */
export function triangleTaps(inSize: number, outSize: number): ResizeTaps<Float64Array> {
  const scale = inSize / outSize;
  const support = Math.max(scale, 1);
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
      const weight = Math.max(0, 1 - Math.abs((k + start - center + 0.5) / support));
      weights[first + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) weights[first + k] /= sum;
    starts[i] = start;
    counts[i] = count;
  }
  return { starts, counts, weights, width };
}

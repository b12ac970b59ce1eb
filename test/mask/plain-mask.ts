/**
 * The judge of the mask kernels: the same arithmetic for every pixel of a dense mask, and nothing clever. Shares no code
 * with src/mask. (That the arithmetic is the reference's two resizes is tested against PyTorch in resize-golden.test.ts.)
 */

export interface PlainMask {
  intersection: number;
  union: number;
  area: number;
  boxXyxy: number[];
  runsColumnMajor: number[];
}

export interface PlainOptions {
  width: number;
  height: number;
  /** Cell rows stored per column. */
  storedHigh: number;
  offset?: number;
  maskThreshold?: number;
  stabilityScoreOffset?: number;
  inputSize?: number;
  lowResSize?: number;
}

/** What one pixel column or row blends: `lerp(lerp(a, b, before), lerp(c, d, after), along)`. */
interface Tap {
  a: number;
  b: number;
  before: number;
  c: number;
  d: number;
  after: number;
  along: number;
}

const { fround, floor, max, min } = Math;

export function plainTaps(outputs: number, longSide: number, inputSize = 1024, lowResSize = 256): Tap[] {
  const frame = max(1, floor(outputs * (inputSize / longSide) + 0.5));
  const ratio = inputSize / lowResSize;
  const step = fround(frame / outputs);
  const taps: Tap[] = [];
  for (let o = 0; o < outputs; o++) {
    // position in the frame as pytorch rounds it, clamped to its first and last pixel
    const position = min(frame - 1, max(0, fround(fround(step * (o + 0.5)) - 0.5)));
    // the frame pixel from which the next four steps of the first resize blend the same two cells, or the one before
    let j = 0;
    while (ratio * (j + 1) + ratio / 2 - 1 <= position) j++;
    const kink = ratio * j + ratio / 2;
    const cell = (i: number) => max(0, min(lowResSize - 1, i));
    const near = 0.5 / ratio;
    const far = 1 - near;
    if (position < kink) {
      const along = max(0, position - (kink - 1));
      taps.push({ a: cell(j - 1), b: cell(j), before: far, c: cell(j), d: cell(j + 1), after: near, along });
    } else {
      const along = (position - kink) / (ratio - 1);
      taps.push({ a: cell(j), b: cell(j + 1), before: near, c: cell(j), d: cell(j + 1), after: far, along });
    }
  }
  return taps;
}

function lerp(a: number, b: number, t: number): number {
  return a + t * (b - a);
}

function lastCell(taps: Tap[]): number {
  return taps.reduce((last, tap) => max(last, tap.b, tap.d), 0);
}

/** Every pixel's logit, column-major, in float64. */
export function plainResize(logits: Float32Array, options: PlainOptions): Float64Array {
  const { width, height, storedHigh, offset = 0, inputSize, lowResSize } = options;
  const longSide = max(width, height);
  const tapsX = plainTaps(width, longSide, inputSize, lowResSize);
  const tapsY = plainTaps(height, longSide, inputSize, lowResSize);
  const rows = lastCell(tapsY) + 1;
  const blended = new Float64Array(rows);
  const pixels = new Float64Array(width * height);
  let i = 0;
  for (const x of tapsX) {
    for (let row = 0; row < rows; row++) {
      const at = (column: number) => logits[offset + column * storedHigh + row];
      blended[row] = lerp(lerp(at(x.a), at(x.b), x.before), lerp(at(x.c), at(x.d), x.after), x.along);
    }
    for (const y of tapsY) {
      pixels[i++] = lerp(
        lerp(blended[y.a], blended[y.b], y.before),
        lerp(blended[y.c], blended[y.d], y.after),
        y.along,
      );
    }
  }
  return pixels;
}

export function plainMask(logits: Float32Array, options: PlainOptions): PlainMask {
  const { width, height, maskThreshold = 0, stabilityScoreOffset = 1 } = options;
  const pixels = plainResize(logits, options);
  const upper = maskThreshold + stabilityScoreOffset;
  const lower = maskThreshold - stabilityScoreOffset;
  const boxXyxy = [width, height, -1, -1];
  const runsColumnMajor: number[] = [];
  let intersection = 0;
  let union = 0;
  let area = 0;
  let inside = false;
  let run = 0;
  for (let x = 0, i = 0; x < width; x++) {
    for (let y = 0; y < height; y++, i++) {
      const value = pixels[i];
      if (value > upper) intersection++;
      if (value > lower) union++;
      const now = value > maskThreshold;
      if (now) {
        area++;
        if (x < boxXyxy[0]) boxXyxy[0] = x;
        if (y < boxXyxy[1]) boxXyxy[1] = y;
        if (x > boxXyxy[2]) boxXyxy[2] = x;
        if (y > boxXyxy[3]) boxXyxy[3] = y;
      }
      if (now !== inside) {
        runsColumnMajor.push(run);
        run = 0;
        inside = now;
      }
      run++;
    }
  }
  runsColumnMajor.push(run);
  return { intersection, union, area, boxXyxy: area > 0 ? boxXyxy : [0, 0, 0, 0], runsColumnMajor };
}

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
  /** One resize from the grid to the image, as SAM 2, instead of two. */
  isDirect?: boolean;
}

/** What the pixel columns or rows blend: pixel o is `lerp(lerp(a, b, before), lerp(c, d, after), along)` of cells. */
interface Taps {
  a: Int32Array;
  b: Int32Array;
  before: Float64Array;
  c: Int32Array;
  d: Int32Array;
  after: Float64Array;
  along: Float64Array;
}

const { fround, floor, max, min } = Math;

function plainTaps(outputs: number, longSide: number, inputSize = 1024, lowResSize = 256): Taps {
  const frame = max(1, floor(outputs * (inputSize / longSide) + 0.5));
  const ratio = inputSize / lowResSize;
  const step = fround(frame / outputs);
  const cell = (i: number) => max(0, min(lowResSize - 1, i));
  const near = 0.5 / ratio;
  const far = 1 - near;
  const taps: Taps = {
    a: new Int32Array(outputs),
    b: new Int32Array(outputs),
    before: new Float64Array(outputs),
    c: new Int32Array(outputs),
    d: new Int32Array(outputs),
    after: new Float64Array(outputs),
    along: new Float64Array(outputs),
  };
  for (let o = 0; o < outputs; o++) {
    // position in the frame as pytorch rounds it, clamped to its first and last pixel
    const position = min(frame - 1, max(0, fround(fround(step * (o + 0.5)) - 0.5)));
    let j = 0;
    while (ratio * (j + 1) + ratio / 2 - 1 <= position) j++;
    // before this frame pixel the first resize bends, after it the same two cells are blended for a while
    const kink = ratio * j + ratio / 2;
    const bends = position < kink;
    taps.a[o] = cell(bends ? j - 1 : j);
    taps.b[o] = cell(bends ? j : j + 1);
    taps.before[o] = bends ? far : near;
    taps.c[o] = cell(j);
    taps.d[o] = cell(j + 1);
    taps.after[o] = bends ? near : far;
    taps.along[o] = bends ? max(0, position - (kink - 1)) : (position - kink) / (ratio - 1);
  }
  return taps;
}

/** One resize: pixel o blends cells j and j + 1. */
function directTaps(outputs: number, lowResSize = 256): Taps {
  const cells = new Int32Array(outputs);
  const next = new Int32Array(outputs);
  const along = new Float64Array(outputs);
  const step = fround(lowResSize / outputs);
  for (let o = 0; o < outputs; o++) {
    const position = min(lowResSize - 1, max(0, fround(fround(step * (o + 0.5)) - 0.5)));
    cells[o] = floor(position);
    next[o] = min(lowResSize - 1, cells[o] + 1);
    along[o] = position - cells[o];
  }
  const [before, after] = [new Float64Array(outputs), new Float64Array(outputs).fill(1)];
  return { a: cells, b: next, before, c: cells, d: next, after, along };
}

function lerp(a: number, b: number, t: number): number {
  return a + t * (b - a);
}

/** Calls back with the logits of each pixel column in turn, in float64; the array is used again. */
function plainColumns(logits: Float32Array, options: PlainOptions, each: (column: Float64Array, x: number) => void) {
  const { width, height, storedHigh, offset = 0, inputSize, lowResSize, isDirect = false } = options;
  const longSide = max(width, height);
  const tapsOf = (outputs: number) =>
    isDirect ? directTaps(outputs, lowResSize) : plainTaps(outputs, longSide, inputSize, lowResSize);
  const tapsX = tapsOf(width);
  const tapsY = tapsOf(height);
  const { a, b, before, c, d, after, along } = tapsY;
  const rows = 1 + max(b[b.length - 1], d[d.length - 1]);
  const blended = new Float64Array(rows);
  const column = new Float64Array(height);
  for (let x = 0; x < width; x++) {
    const first = offset + tapsX.a[x] * storedHigh;
    const second = offset + tapsX.b[x] * storedHigh;
    const third = offset + tapsX.c[x] * storedHigh;
    const fourth = offset + tapsX.d[x] * storedHigh;
    for (let row = 0; row < rows; row++) {
      blended[row] = lerp(
        lerp(logits[first + row], logits[second + row], tapsX.before[x]),
        lerp(logits[third + row], logits[fourth + row], tapsX.after[x]),
        tapsX.along[x],
      );
    }
    for (let y = 0; y < height; y++) {
      column[y] = lerp(
        lerp(blended[a[y]], blended[b[y]], before[y]),
        lerp(blended[c[y]], blended[d[y]], after[y]),
        along[y],
      );
    }
    each(column, x);
  }
}

/** Every pixel's logit, column-major, in float64. */
export function plainResize(logits: Float32Array, options: PlainOptions): Float64Array {
  const pixels = new Float64Array(options.width * options.height);
  plainColumns(logits, options, (column, x) => pixels.set(column, x * options.height));
  return pixels;
}

export function plainMask(logits: Float32Array, options: PlainOptions): PlainMask {
  const { width, height, maskThreshold = 0, stabilityScoreOffset = 1 } = options;
  const upper = maskThreshold + stabilityScoreOffset;
  const lower = maskThreshold - stabilityScoreOffset;
  const runsColumnMajor: number[] = [];
  let intersection = 0;
  let union = 0;
  let area = 0;
  let [minX, minY, maxX, maxY] = [width, height, -1, -1];
  let inside = false;
  let run = 0;
  plainColumns(logits, options, (column, x) => {
    for (let y = 0; y < height; y++) {
      const value = column[y];
      if (value > upper) intersection++;
      if (value > lower) union++;
      const now = value > maskThreshold;
      if (now) {
        area++;
        if (x < minX) minX = x;
        if (y < minY) minY = y;
        if (x > maxX) maxX = x;
        if (y > maxY) maxY = y;
      }
      if (now !== inside) {
        runsColumnMajor.push(run);
        run = 0;
        inside = now;
      }
      run++;
    }
  });
  runsColumnMajor.push(run);
  return { intersection, union, area, boxXyxy: area > 0 ? [minX, minY, maxX, maxY] : [0, 0, 0, 0], runsColumnMajor };
}

/**
 * The hot half of the mask walk as WebAssembly SIMD: what src/mask/logits/typescript-kernels.ts does, in the same arithmetic, so
 * that both count the same. Written in AssemblyScript; `npm run build:wasm` compiles it into src/mask/logits/mask-walk-wasm.ts.
 *
 * Pointers are in bytes. All memory is laid out by src/mask/logits/simd-kernels.ts; see mask-scratch.ts for what lies there.
 */

let cellsWide: i32 = 0;
let cellsHigh: i32 = 0;
/** Bytes per column of classes: cellsHigh rounded up to vectors of 16. */
let bytesHigh: i32 = 0;
let unitsWide: i32 = 0;
let unitsHigh: i32 = 0;
let near: f64 = 0;
let far: f64 = 0;
let margin: f64 = 0;
let xUnitStart: usize = 0;
let xInsideStart: usize = 0;
let xFraction: usize = 0;
let yUnitStart: usize = 0;
let yInsideStart: usize = 0;
let yFraction: usize = 0;
let rowsInUnit: usize = 0;
let logits: usize = 0;
let cellBytes: usize = 0;
let joined: usize = 0;
let unitBytes: usize = 0;
let openPixels: usize = 0;
let firstWord: usize = 0;
let endWord: usize = 0;
let bounds: usize = 0;
let knotStart: usize = 0;
let knotMiddle: usize = 0;
let knotEnd: usize = 0;

/** Reads sizes and pointers from a table of i32, in the order of simd-kernels.ts. */
export function configure(table: usize, kink: f64, safeMargin: f64): void {
  cellsWide = load<i32>(table);
  cellsHigh = load<i32>(table, 4);
  bytesHigh = load<i32>(table, 8);
  unitsWide = load<i32>(table, 12);
  unitsHigh = load<i32>(table, 16);
  xUnitStart = load<i32>(table, 20);
  xInsideStart = load<i32>(table, 24);
  xFraction = load<i32>(table, 28);
  yUnitStart = load<i32>(table, 32);
  yInsideStart = load<i32>(table, 36);
  yFraction = load<i32>(table, 40);
  rowsInUnit = load<i32>(table, 44);
  logits = load<i32>(table, 48);
  cellBytes = load<i32>(table, 52);
  joined = load<i32>(table, 56);
  unitBytes = load<i32>(table, 60);
  openPixels = load<i32>(table, 64);
  firstWord = load<i32>(table, 68);
  endWord = load<i32>(table, 72);
  bounds = load<i32>(table, 76);
  knotStart = load<i32>(table, 80);
  knotMiddle = load<i32>(table, 84);
  knotEnd = load<i32>(table, 88);
  near = kink;
  far = 1 - kink;
  margin = safeMargin;
}

/** Four logits to four classes, in i32 lanes: see classify-cells.ts. */
function classOf(v: v128, upHigh: v128, upLow: v128, downHigh: v128, downLow: v128, high: v128, low: v128): v128 {
  // "not surely above" bits start set and a comparison clears them; "not surely below" bits are set by one
  let bits = i32x4.splat(0x15);
  bits = v128.xor(bits, v128.and(f32x4.gt(v, upHigh), i32x4.splat(1)));
  bits = v128.or(bits, v128.and(f32x4.gt(v, upLow), i32x4.splat(2)));
  bits = v128.xor(bits, v128.and(f32x4.gt(v, downHigh), i32x4.splat(4)));
  bits = v128.or(bits, v128.and(f32x4.gt(v, downLow), i32x4.splat(8)));
  bits = v128.xor(bits, v128.and(f32x4.gt(v, high), i32x4.splat(16)));
  return v128.or(bits, v128.and(f32x4.gt(v, low), i32x4.splat(32)));
}

/**
 * Classifies all cells. The six limits are the three thresholds plus and minus the margin, rounded down to float32,
 * which leaves every comparison of a float32 as it was; `above` and `below` are the largest and smallest of them.
 */
export function classifyCells(
  storedHigh: i32,
  above: f32,
  below: f32,
  upHigh: f32,
  upLow: f32,
  downHigh: f32,
  downLow: f32,
  high: f32,
  low: f32,
): void {
  const vAbove = f32x4.splat(above);
  const vBelow = f32x4.splat(below);
  const v1 = f32x4.splat(upHigh);
  const v2 = f32x4.splat(upLow);
  const v3 = f32x4.splat(downHigh);
  const v4 = f32x4.splat(downLow);
  const v5 = f32x4.splat(high);
  const v6 = f32x4.splat(low);
  for (let x = 0; x < cellsWide; x++) {
    const to = cellBytes + <usize>(x * bytesHigh);
    let from = logits + <usize>(x * storedHigh * 4);
    for (let row = 0; row < bytesHigh; row += 16) {
      const a = v128.load(from);
      const b = v128.load(from, 16);
      const c = v128.load(from, 32);
      const d = v128.load(from, 48);
      from += 64;
      let bytes: v128;
      if (!v128.any_true(f32x4.gt(f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d)), vBelow))) {
        bytes = i8x16.splat(0x15);
      } else if (i32x4.all_true(f32x4.gt(f32x4.pmin(f32x4.pmin(a, b), f32x4.pmin(c, d)), vAbove))) {
        bytes = i8x16.splat(0x2a);
      } else {
        bytes = i8x16.narrow_i16x8_u(
          i16x8.narrow_i32x4_u(classOf(a, v1, v2, v3, v4, v5, v6), classOf(b, v1, v2, v3, v4, v5, v6)),
          i16x8.narrow_i32x4_u(classOf(c, v1, v2, v3, v4, v5, v6), classOf(d, v1, v2, v3, v4, v5, v6)),
        );
      }
      v128.store(to + row, bytes);
    }
    // what was read past the last row belongs to the next column
    for (let row = cellsHigh; row < bytesHigh; row++) store<u8>(to + row, 0);
  }
}

/** Adds to `sum` the image rows of those of 16 units for which `yes` is all ones. */
function addRows(sum: v128, yes: v128, rowsLow: v128, rowsHigh: v128): v128 {
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(yes), rowsLow);
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(yes), rowsHigh);
  return i32x4.sub(i32x4.sub(sum, low), high);
}

function total(v: v128): f64 {
  return <f64>(
    (i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3))
  );
}

/** Classifies all units and bounds their pixels: see classify-units.ts. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one pass, line by line the one of classify-units.ts
export function classifyUnits(): void {
  const lastCell = cellsWide - 1;
  const aboveBits = i8x16.splat(0x2a);
  const upperAbove = i8x16.splat(2);
  const upperOpen = i8x16.splat(3);
  const lowerAbove = i8x16.splat(8);
  const lowerOpen = i8x16.splat(12);
  // the bytes before and after the joined column stay 0
  const column = joined + 16;
  let surelyUpper: f64 = 0;
  let openUpper: f64 = 0;
  let surelyLower: f64 = 0;
  let openLower: f64 = 0;
  for (let unit = 0; unit < unitsWide; unit++) {
    const at = (<usize>unit) << 2;
    const columns = <f64>(load<i32>(xUnitStart + at, 4) - load<i32>(xUnitStart + at));
    const open = openPixels + ((<usize>unit) << 3);
    const openBelow = open + ((<usize>unitsWide) << 3);
    store<i32>(firstWord + at, bytesHigh >> 2);
    store<i32>(endWord + at, 0);
    store<f64>(open, 0);
    store<f64>(openBelow, 0);
    if (columns === 0) continue;

    const middle = cellBytes + <usize>(unit * bytesHigh);
    const left = unit > 0 ? middle - bytesHigh : middle;
    const right = unit < lastCell ? middle + bytesHigh : middle;
    for (let row = 0; row < bytesHigh; row += 16) {
      const sides = v128.or(v128.load(left + row), v128.load(right + row));
      v128.store(column + row, v128.or(sides, v128.load(middle + row)));
    }
    const result = unitBytes + <usize>(unit * bytesHigh);
    let rowsUpper = i32x4.splat(0);
    let rowsOpenUpper = i32x4.splat(0);
    let rowsLower = i32x4.splat(0);
    let rowsOpenLower = i32x4.splat(0);
    let first = bytesHigh;
    let end = 0;
    for (let row = 0; row < bytesHigh; row += 16) {
      const here = column + row;
      const all = v128.or(v128.or(v128.load(here - 1), v128.load(here)), v128.load(here + 1));
      v128.store(result + row, all);
      if (!v128.any_true(v128.and(all, aboveBits))) continue;
      if (first === bytesHigh) first = row;
      end = row + 16;
      const rowsLow = v128.load(rowsInUnit + ((<usize>row) << 1));
      const rowsHigh = v128.load(rowsInUnit + ((<usize>row) << 1), 16);
      const upper = v128.and(all, upperOpen);
      const lower = v128.and(all, lowerOpen);
      rowsUpper = addRows(rowsUpper, i8x16.eq(upper, upperAbove), rowsLow, rowsHigh);
      rowsOpenUpper = addRows(rowsOpenUpper, i8x16.eq(upper, upperOpen), rowsLow, rowsHigh);
      rowsLower = addRows(rowsLower, i8x16.eq(lower, lowerAbove), rowsLow, rowsHigh);
      rowsOpenLower = addRows(rowsOpenLower, i8x16.eq(lower, lowerOpen), rowsLow, rowsHigh);
    }
    store<i32>(firstWord + at, first >> 2);
    store<i32>(endWord + at, end >> 2);
    store<f64>(open, total(rowsOpenUpper) * columns);
    store<f64>(openBelow, total(rowsOpenLower) * columns);
    surelyUpper += total(rowsUpper) * columns;
    openUpper += total(rowsOpenUpper) * columns;
    surelyLower += total(rowsLower) * columns;
    openLower += total(rowsOpenLower) * columns;
  }
  store<f64>(bounds, surelyUpper);
  store<f64>(bounds, openUpper, 8);
  store<f64>(bounds, surelyLower, 16);
  store<f64>(bounds, openLower, 24);
}

function lerp(a: v128, b: v128, t: v128): v128 {
  return f64x2.add(a, f64x2.mul(t, f64x2.sub(b, a)));
}

/** See blend-knots.ts. Two rows at a time, so it may fill one row more than asked. */
function blendKnots(storedHigh: i32, unit: i32, first: i32, end: i32): void {
  const lastRow = cellsHigh - 1;
  const middle = logits + <usize>(unit * storedHigh * 4);
  const left = unit > 0 ? middle - storedHigh * 4 : middle;
  const right = unit < cellsWide - 1 ? middle + storedHigh * 4 : middle;
  const from = first > 0 ? first - 1 : 0;
  const to = min(end, lastRow);
  const vNear = f64x2.splat(near);
  const vFar = f64x2.splat(far);
  for (let row = from; row <= to; row += 2) {
    const at = (<usize>row) << 2;
    const a = f64x2.promote_low_f32x4(v128.load64_zero(left + at));
    const b = f64x2.promote_low_f32x4(v128.load64_zero(middle + at));
    const c = f64x2.promote_low_f32x4(v128.load64_zero(right + at));
    const out = (<usize>row + 1) << 3;
    v128.store(knotStart + out, lerp(a, b, vFar));
    v128.store(knotMiddle + out, lerp(b, c, vNear));
    v128.store(knotEnd + out, lerp(b, c, vFar));
  }
  if (first === 0) {
    store<f64>(knotStart, load<f64>(knotStart, 8));
    store<f64>(knotMiddle, load<f64>(knotMiddle, 8));
    store<f64>(knotEnd, load<f64>(knotEnd, 8));
  }
  if (end > lastRow) {
    const last = (<usize>(lastRow + 1)) << 3;
    store<f64>(knotStart + last, load<f64>(knotStart + last), 8);
    store<f64>(knotMiddle + last, load<f64>(knotMiddle + last), 8);
    store<f64>(knotEnd + last, load<f64>(knotEnd + last), 8);
  }
}

/**
 * Counts in image columns `x` and `x + 1`, or only the first if `lanes` is 1, over a stretch of units. Computing every
 * pixel of an open unit is cheaper here than finding where its pieces are crossed.
 */
function countPair(
  threshold: f64,
  knotsFrom: usize,
  knotsTo: usize,
  x: i32,
  lanes: i32,
  firstUnit: i32,
  endUnit: i32,
): i32 {
  const along = v128.load(xFraction + ((<usize>x) << 3));
  const vThreshold = f64x2.splat(threshold);
  const surelyAbove = f64x2.splat(threshold + margin);
  const surelyBelow = f64x2.splat(threshold - margin);
  const vNear = f64x2.splat(near);
  const vFar = f64x2.splat(far);
  let counts = i64x2.splat(0);
  let whole = 0;
  let at = (<usize>firstUnit) << 3;
  let a = lerp(v128.load64_splat(knotsFrom + at), v128.load64_splat(knotsTo + at), along);
  let b = lerp(v128.load64_splat(knotsFrom + at, 8), v128.load64_splat(knotsTo + at, 8), along);
  let start = load<i32>(yUnitStart + ((<usize>firstUnit) << 2));
  for (let unit = firstUnit; unit < endUnit; unit++) {
    const c = lerp(v128.load64_splat(knotsFrom + at, 16), v128.load64_splat(knotsTo + at, 16), along);
    const end = load<i32>(yUnitStart + ((<usize>unit) << 2), 4);
    if (i64x2.all_true(f64x2.gt(f64x2.pmin(f64x2.pmin(a, b), c), surelyAbove))) {
      whole += end - start;
    } else if (v128.any_true(f64x2.gt(f64x2.pmax(f64x2.pmax(a, b), c), surelyBelow))) {
      const p = lerp(a, b, vFar);
      const q = lerp(b, c, vNear);
      const r = lerp(b, c, vFar);
      const corner = f64x2.sub(q, p);
      const inside = f64x2.sub(r, q);
      const insideStart = yFraction + ((<usize>load<i32>(yInsideStart + ((<usize>unit) << 2))) << 3);
      const unitEnd = yFraction + ((<usize>end) << 3);
      let y = yFraction + ((<usize>start) << 3);
      for (; y < insideStart; y += 8) {
        const value = f64x2.add(p, f64x2.mul(v128.load64_splat(y), corner));
        counts = i64x2.sub(counts, f64x2.gt(value, vThreshold));
      }
      for (; y < unitEnd; y += 8) {
        const value = f64x2.add(q, f64x2.mul(v128.load64_splat(y), inside));
        counts = i64x2.sub(counts, f64x2.gt(value, vThreshold));
      }
    }
    a = b;
    b = c;
    start = end;
    at += 8;
  }
  const first = whole + <i32>i64x2.extract_lane(counts, 0);
  return lanes === 1 ? first : first + whole + <i32>i64x2.extract_lane(counts, 1);
}

/** Pixels above a threshold in the units that a column leaves open for it: see count-above.ts. */
export function countOpenPixelsAbove(storedHigh: i32, index: i32, threshold: f64, unit: i32): i32 {
  const at = (<usize>unit) << 2;
  const end = min(load<i32>(endWord + at) << 2, unitsHigh);
  const bytes = unitBytes + <usize>(unit * bytesHigh);
  const shift = 2 * index;
  const openByte = 3 << shift;
  const ones: i64 = 0x01010101;
  const mask = ((ones << 32) | ones) << shift;
  const corner = load<i32>(xUnitStart + at);
  const inside = load<i32>(xInsideStart + at);
  const columnEnd = load<i32>(xUnitStart + at, 4);
  let count = 0;
  let row = load<i32>(firstWord + at) << 2;
  while (row < end) {
    if ((row & 7) === 0) {
      // eight units at a time to the next open one
      const bits = load<i64>(bytes + row);
      const open = bits & (bits >>> 1) & mask;
      if (open === 0) {
        row += 8;
        continue;
      }
      row += <i32>(ctz(open) >> 3);
      if (row >= end) break;
    } else if ((load<u8>(bytes + row) & openByte) !== openByte) {
      row++;
      continue;
    }
    const first = row;
    while (row < end && (load<u8>(bytes + row) & openByte) === openByte) row++;
    blendKnots(storedHigh, unit, first, row);
    for (let x = corner; x < inside; x += 2) {
      count += countPair(threshold, knotStart, knotMiddle, x, inside - x, first, row);
    }
    for (let x = inside; x < columnEnd; x += 2) {
      count += countPair(threshold, knotMiddle, knotEnd, x, columnEnd - x, first, row);
    }
  }
  return count;
}

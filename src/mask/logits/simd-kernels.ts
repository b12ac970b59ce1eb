/**
 * {@link MaskKernels} in WebAssembly SIMD: lays out the memory that assembly/mask-walk.ts works in.
 *
 * @module
 */

import { MARGIN } from './classify-cells.js';
import type { MaskKernels } from './mask-kernels.js';
import { type Allocate, createMaskScratch, type TypedArrayOf } from './mask-scratch.js';
import { maskWalkWasm } from './mask-walk-wasm.js';
import type { ResizePlan } from './resize-plan.js';

/** What assembly/mask-walk.ts exports. */
interface MaskWalkExports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory;
  configure(table: number, kink: number, margin: number): void;
  classifyCells(
    storedHigh: number,
    above: number,
    below: number,
    upHigh: number,
    upLow: number,
    downHigh: number,
    downLow: number,
    high: number,
    low: number,
  ): void;
  classifyUnits(): void;
  countOpenPixelsAbove(storedHigh: number, index: number, threshold: number, unit: number): number;
}

const PAGE = 65536;
/** The compiler keeps the first bytes of the memory to itself. */
const FIRST_FREE = 1024;
const TABLE_LENGTH = 23;
/** Vectors may read this many bytes past the end of an array. */
const SLACK = 64;

let compiled: WebAssembly.Module | null | undefined;

/** The module, compiled once, or null on a machine whose WebAssembly has no SIMD. */
function maskWalkModule(): WebAssembly.Module | null {
  if (compiled === undefined) {
    try {
      compiled = new WebAssembly.Module(Buffer.from(maskWalkWasm, 'base64'));
    } catch {
      compiled = null;
    }
  }
  return compiled;
}

/** See CreateMaskKernels; null on a machine whose WebAssembly has no SIMD. */
export function createSimdKernels(plan: ResizePlan, thresholds: Float64Array): MaskKernels | null {
  const module = maskWalkModule();
  if (module === null) return null;
  const abort = () => {
    throw new Error('The WebAssembly of the mask walk gave up');
  };
  const walk = new WebAssembly.Instance(module, { env: { abort } }).exports as MaskWalkExports;

  const { cellsWide, cellsHigh } = plan;
  // columns are stored at most this high here; taller ones are copied one by one
  const capacity = cellsWide * (cellsHigh + 4);
  const { scratch, logits } = placedIn(walk, plan, capacity);

  const [upper, lower, mask] = thresholds;
  const above = floatBelow(Math.max(upper, lower, mask) + MARGIN);
  const below = floatBelow(Math.min(upper, lower, mask) - MARGIN);
  const upHigh = floatBelow(upper + MARGIN);
  const upLow = floatBelow(upper - MARGIN);
  const downHigh = floatBelow(lower + MARGIN);
  const downLow = floatBelow(lower - MARGIN);
  const high = floatBelow(mask + MARGIN);
  const low = floatBelow(mask - MARGIN);
  let rows = cellsHigh;

  return {
    scratch,
    classify(source, offset, storedHigh) {
      const length = cellsWide * storedHigh;
      if (length <= capacity) {
        rows = storedHigh;
        logits.set(source.subarray(offset, offset + length));
      } else {
        rows = cellsHigh;
        for (let column = 0; column < cellsWide; column++) {
          const start = offset + column * storedHigh;
          logits.set(source.subarray(start, start + cellsHigh), column * cellsHigh);
        }
      }
      walk.classifyCells(rows, above, below, upHigh, upLow, downHigh, downLow, high, low);
      walk.classifyUnits();
    },
    countOpenPixelsAbove(index, unit) {
      return walk.countOpenPixelsAbove(rows, index, thresholds[index], unit);
    },
  };
}

/** Grows the memory to what a plan needs, places everything in it and tells the module where it lies. */
function placedIn(walk: MaskWalkExports, plan: ResizePlan, capacity: number) {
  const { x, y, cellsWide, cellsHigh } = plan;
  const size = { bytes: FIRST_FREE };
  const measured: Allocate = (type, length) => {
    size.bytes += roomFor(type, length);
    return new type(length);
  };
  layOut(plan, capacity, measured);
  const pages = Math.ceil(size.bytes / PAGE) - walk.memory.buffer.byteLength / PAGE;
  if (pages > 0) walk.memory.grow(pages);
  let at = FIRST_FREE;
  const placed: Allocate = (type, length) => {
    const array = new type(walk.memory.buffer, at, length);
    at += roomFor(type, length);
    return array;
  };
  const { table, own, scratch, joined, logits } = layOut(plan, capacity, placed);
  own.xUnitStart.set(x.unitStart);
  own.xInsideStart.set(x.insideStart);
  own.xFraction.set(x.fraction);
  own.yUnitStart.set(y.unitStart);
  own.yInsideStart.set(y.insideStart);
  own.yFraction.set(y.fraction);
  table.set([
    cellsWide,
    cellsHigh,
    scratch.words * 4,
    x.units,
    y.units,
    own.xUnitStart.byteOffset,
    own.xInsideStart.byteOffset,
    own.xFraction.byteOffset,
    own.yUnitStart.byteOffset,
    own.yInsideStart.byteOffset,
    own.yFraction.byteOffset,
    scratch.rowsInUnit.byteOffset,
    logits.byteOffset,
    scratch.cellWords.byteOffset,
    joined.byteOffset,
    scratch.unitWords.byteOffset,
    scratch.openPixels.byteOffset,
    scratch.firstWord.byteOffset,
    scratch.endWord.byteOffset,
    scratch.bounds.byteOffset,
    scratch.knotStart.byteOffset,
    scratch.knotMiddle.byteOffset,
    scratch.knotEnd.byteOffset,
  ]);
  walk.configure(table.byteOffset, plan.kink, MARGIN);
  return { scratch, logits };
}

/** Everything that lies in the memory, in one order, whether it is measured or placed. */
function layOut(plan: ResizePlan, capacity: number, allocate: Allocate) {
  const { x, y, width, height } = plan;
  const table = allocate(Int32Array, TABLE_LENGTH);
  const own = {
    xUnitStart: allocate(Int32Array, x.units + 1),
    xInsideStart: allocate(Int32Array, x.units),
    xFraction: allocate(Float64Array, width),
    yUnitStart: allocate(Int32Array, y.units + 1),
    yInsideStart: allocate(Int32Array, y.units),
    yFraction: allocate(Float64Array, height),
  };
  const scratch = createMaskScratch(plan, allocate);
  const joined = allocate(Uint8Array, 4 * scratch.words + 32);
  const logits = allocate(Float32Array, capacity);
  return { table, own, scratch, joined, logits };
}

function roomFor<T>(type: TypedArrayOf<T>, length: number): number {
  return (length * type.BYTES_PER_ELEMENT + SLACK + 15) & ~15;
}

/** The largest float32 that is not above a number: no float32 lies between the two, so it compares as the number does. */
function floatBelow(value: number): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  if (bits.getFloat32(0) <= value) return bits.getFloat32(0);
  // rounding went up: step towards minus infinity, which for a negative float is away from zero
  const next = bits.getInt32(0);
  if (next === 0) return -1.401298464324817e-45;
  bits.setInt32(0, next > 0 ? next - 1 : next + 1);
  return bits.getFloat32(0);
}

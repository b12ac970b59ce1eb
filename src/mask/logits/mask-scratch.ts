/**
 * The memory that the walks over a mask share, allocated once per image size.
 *
 * @module
 */

import { wordsPerColumn } from './classify-cells.js';
import type { ResizePlan } from './resize-plan.js';

/** Memory for masks of one {@link ResizePlan}. "Unit" is explained in resize-plan.ts. */
export interface MaskScratch {
  /** Words of four bytes per column of cells or units. */
  readonly words: number;
  /** [cellsWide, words] classes of cells; bytes past the last row are 0. */
  readonly cellWords: Uint32Array;
  /** [unitsWide, words] classes of units. */
  readonly unitWords: Uint32Array;
  /** [unitsWide] first word of a column that is not below all thresholds, or a smaller one. */
  readonly firstWord: Int32Array;
  /** [unitsWide] one past the last such word, or a larger one. */
  readonly endWord: Int32Array;
  /** [words * 4] image rows in each unit row, 0 past the last. */
  readonly rowsInUnit: Int16Array;
  /** [2, unitsWide] pixels that a column leaves open for the upper, then the lower threshold. */
  readonly openPixels: Float64Array;
  /** [4] pixels surely above the upper threshold, open for it, surely above the lower, open for it. */
  readonly bounds: Float64Array;
  /** [cellsHigh + 4] values at a unit's first kink, per cell row; index row + 1, with the edge rows repeated outside. */
  readonly knotStart: Float64Array;
  /** The same at its second kink. */
  readonly knotMiddle: Float64Array;
  /** The same at the end of its inside piece. */
  readonly knotEnd: Float64Array;
}

/** A typed array class and how to make one: `new`, or a place in WebAssembly memory. */
export type Allocate = <T>(type: TypedArrayOf<T>, length: number) => T;

/** A class of typed arrays. */
export interface TypedArrayOf<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): T;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

/** Allocates the memory for masks of a plan. */
export function createMaskScratch(
  plan: ResizePlan,
  allocate: Allocate = (type, length) => new type(length),
): MaskScratch {
  const { cellsWide, cellsHigh, y } = plan;
  const words = wordsPerColumn(cellsHigh);
  const unitsWide = plan.x.units;
  const rowsInUnit = allocate(Int16Array, words * 4);
  for (let unit = 0; unit < y.units; unit++) rowsInUnit[unit] = y.unitStart[unit + 1] - y.unitStart[unit];
  return {
    words,
    cellWords: allocate(Uint32Array, cellsWide * words),
    unitWords: allocate(Uint32Array, unitsWide * words),
    firstWord: allocate(Int32Array, unitsWide),
    endWord: allocate(Int32Array, unitsWide),
    rowsInUnit,
    openPixels: allocate(Float64Array, 2 * unitsWide),
    bounds: allocate(Float64Array, 4),
    knotStart: allocate(Float64Array, cellsHigh + 4),
    knotMiddle: allocate(Float64Array, cellsHigh + 4),
    knotEnd: allocate(Float64Array, cellsHigh + 4),
  };
}

/**
 * The memory that the walks over a mask share, allocated once per picture size.
 *
 * @module
 */

import { wordsPerColumn } from './classify-cells.js';
import type { ResizePlan } from './resize-plan.js';

/** Memory for masks of one {@link ResizePlan}. "Unit" is explained in resize-plan.ts. */
export interface MaskScratch {
  /** Words of four bytes per column of cells or units. */
  readonly words: number;
  /** [cellsWide, words] classes of cells. */
  readonly cellWords: Uint32Array;
  /** [unitsWide, words] classes of units. */
  readonly unitWords: Uint32Array;
  /** [unitsWide] per column of units, the threshold bits of every threshold that some unit leaves open. */
  readonly openBits: Uint32Array;
  /** [unitsWide] first word of a column that is not below all thresholds. */
  readonly firstWord: Int32Array;
  /** [unitsWide] one past the last such word. */
  readonly endWord: Int32Array;
  /** [words * 4] picture rows in each unit row, 0 past the last. */
  readonly rowsInUnit: Int32Array;
  /** [words] picture rows in the four unit rows of a word. */
  readonly rowsInWord: Int32Array;
  /** [2, unitsWide] pixels that a column leaves open for the upper, then the lower threshold. */
  readonly openPixels: Float64Array;
  /** [cellsHigh + 2] values at a unit's first kink, per cell row; index row + 1, with the edge rows repeated outside. */
  readonly knotStart: Float64Array;
  /** The same at its second kink. */
  readonly knotMiddle: Float64Array;
  /** The same at the end of its inside piece. */
  readonly knotEnd: Float64Array;
  /** [cellsHigh * 3 + 3] stretches of a column of units: first unit, end unit, whether decided. */
  readonly stretches: Int32Array;
}

/** Allocates the memory for masks of a plan. */
export function createMaskScratch(plan: ResizePlan): MaskScratch {
  const { cellsWide, cellsHigh, y } = plan;
  const words = wordsPerColumn(cellsHigh);
  const unitsWide = plan.x.units;
  const rowsInUnit = new Int32Array(words * 4);
  const rowsInWord = new Int32Array(words);
  for (let unit = 0; unit < y.units; unit++) {
    rowsInUnit[unit] = y.unitStart[unit + 1] - y.unitStart[unit];
    rowsInWord[unit >>> 2] += rowsInUnit[unit];
  }
  return {
    words,
    cellWords: new Uint32Array(cellsWide * words),
    unitWords: new Uint32Array(unitsWide * words),
    openBits: new Uint32Array(unitsWide),
    firstWord: new Int32Array(unitsWide),
    endWord: new Int32Array(unitsWide),
    rowsInUnit,
    rowsInWord,
    openPixels: new Float64Array(2 * unitsWide),
    knotStart: new Float64Array(cellsHigh + 2),
    knotMiddle: new Float64Array(cellsHigh + 2),
    knotEnd: new Float64Array(cellsHigh + 2),
    stretches: new Int32Array(cellsHigh * 3 + 3),
  };
}

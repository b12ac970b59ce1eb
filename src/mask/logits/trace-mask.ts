/**
 * Box, area and runs of a mask from one walk over its units, column by column.
 *
 * @module
 */

import { blendKnots } from './blend-knots.js';
import { LOW_BITS, MARGIN, MASK } from './classify-cells.js';
import type { MaskScratch } from './mask-scratch.js';
import type { ResizePlan } from './resize-plan.js';
import { findCrossing } from './straight-piece.js';

const SHIFT = 2 * MASK;

/** Where the pixels of an image or crop lie in the image that runs are written for. */
export interface RunFrame {
  /** Pixels. */
  readonly height: number;
  /** Column of the first pixel. */
  readonly left: number;
  /** Row of the first pixel. */
  readonly top: number;
}

/** Collects the spans of a mask: where it begins and where it ends, as positions in column-major order. */
export class SpanTrace {
  /** Room for the stretches of a column of units: first unit, end unit, 1 if above the threshold or 0 if open. */
  readonly stretches: Int32Array;
  /** Beginnings and ends in turn, growing. */
  flips = new Uint32Array(4096);
  flipCount = 0;
  minX = 0;
  minY = 0;
  maxX = 0;
  maxY = 0;
  area = 0;

  constructor(plan: ResizePlan) {
    this.stretches = new Int32Array(3 * plan.y.units);
  }

  reset(): void {
    this.flipCount = 0;
    this.area = 0;
  }

  /** Makes room for the most spans that one more column can add. */
  reserve(flips: number): void {
    if (this.flipCount + flips <= this.flips.length) return;
    const larger = new Uint32Array(Math.max(2 * this.flips.length, this.flipCount + flips));
    larger.set(this.flips);
    this.flips = larger;
  }

  /** Adds rows `start` up to `end` of column x, of which row 0 is position `origin`. */
  add(x: number, start: number, end: number, origin: number): void {
    const { flips, flipCount } = this;
    if (this.area === 0) {
      this.minX = x;
      this.minY = start;
      this.maxY = end - 1;
    } else {
      if (start < this.minY) this.minY = start;
      if (end - 1 > this.maxY) this.maxY = end - 1;
    }
    this.maxX = x;
    this.area += end - start;
    if (flipCount > 0 && flips[flipCount - 1] === origin + start) {
      flips[flipCount - 1] = origin + end;
    } else {
      flips[flipCount] = origin + start;
      flips[flipCount + 1] = origin + end;
      this.flipCount = flipCount + 2;
    }
  }
}

/** Traces the pixels above the mask threshold. Units must have been classified. */
export function traceMask(
  logits: Float32Array,
  offset: number,
  storedHigh: number,
  plan: ResizePlan,
  scratch: MaskScratch,
  threshold: number,
  frame: RunFrame,
  trace: SpanTrace,
): void {
  const { knotStart, knotMiddle, knotEnd } = scratch;
  const { units, unitStart, insideStart, fraction } = plan.x;
  // a piece is crossed once at most, so a unit begins or ends at most three spans
  const mostFlips = 3 * plan.y.units + 2;
  trace.reset();
  for (let unit = 0; unit < units; unit++) {
    // when the image is smaller than the grid, some units hold no pixels
    if (unitStart[unit] === unitStart[unit + 1]) continue;
    const stretches = collectStretches(plan, scratch, unit, trace.stretches);
    for (let i = 0; i < stretches; i++) {
      if (trace.stretches[3 * i + 2] === 1) continue;
      const first = trace.stretches[3 * i];
      const end = trace.stretches[3 * i + 1];
      blendKnots(logits, offset, storedHigh, plan, scratch, unit, first, end);
    }
    if (stretches === 0) continue;
    const inside = insideStart[unit];
    for (let x = unitStart[unit]; x < unitStart[unit + 1]; x++) {
      trace.reserve(mostFlips);
      const from = x < inside ? knotStart : knotMiddle;
      const to = x < inside ? knotMiddle : knotEnd;
      const origin = (frame.left + x) * frame.height + frame.top;
      traceColumn(plan, stretches, threshold, from, to, fraction[x], x, origin, trace);
    }
  }
}

/** Lists the stretches of a column of units that are above the threshold or open; returns how many. */
function collectStretches(plan: ResizePlan, scratch: MaskScratch, unit: number, stretches: Int32Array): number {
  const { unitWords, words } = scratch;
  const rows = plan.y.units;
  const mask = (LOW_BITS * 3) << SHIFT;
  const allAbove = (LOW_BITS * 2) << SHIFT;
  const allBelow = LOW_BITS << SHIFT;
  const column = unit * words;
  const endWord = scratch.endWord[unit];
  let count = 0;
  let first = 0;
  // 1 below, 2 above, 3 open
  let current = 1;
  for (let word = scratch.firstWord[unit]; word < endWord; word++) {
    const all = unitWords[column + word] & mask;
    if ((current === 2 && all === allAbove) || (current === 1 && all === allBelow)) continue;
    for (let row = word * 4, rowEnd = row + 4, bits = all >>> SHIFT; row < rowEnd; row++, bits >>>= 8) {
      const side = row < rows ? bits & 3 : 1;
      if (side === current) continue;
      if (current !== 1) {
        stretches[3 * count] = first;
        // a word skipped above may reach past the last unit
        stretches[3 * count + 1] = Math.min(row, rows);
        stretches[3 * count + 2] = current === 2 ? 1 : 0;
        count++;
      }
      first = row;
      current = side;
    }
  }
  if (current !== 1) {
    const end = endWord * 4;
    stretches[3 * count] = first;
    stretches[3 * count + 1] = Math.min(end, rows);
    stretches[3 * count + 2] = current === 2 ? 1 : 0;
    count++;
  }
  return count;
}

// more than 60 lines: the one loop over an open column's pixels, whose eight running values parts would have to hand around
function traceColumn(
  plan: ResizePlan,
  stretchCount: number,
  threshold: number,
  knotsFrom: Float64Array,
  knotsTo: Float64Array,
  along: number,
  x: number,
  origin: number,
  trace: SpanTrace,
): void {
  const { stretches } = trace;
  const { unitStart, insideStart, fraction, outputsPerCorner, outputsPerInside } = plan.y;
  const near = plan.kink;
  const far = 1 - near;
  const surelyAbove = threshold + MARGIN;
  const surelyBelow = threshold - MARGIN;
  for (let i = 0; i < stretchCount; i++) {
    const firstUnit = stretches[3 * i];
    const endUnit = stretches[3 * i + 1];
    // where the span that is being walked began, or -1 outside
    let began = -1;
    if (stretches[3 * i + 2] === 1) {
      if (unitStart[firstUnit] < unitStart[endUnit]) trace.add(x, unitStart[firstUnit], unitStart[endUnit], origin);
      continue;
    }
    let a = knotsFrom[firstUnit] + along * (knotsTo[firstUnit] - knotsFrom[firstUnit]);
    let b = knotsFrom[firstUnit + 1] + along * (knotsTo[firstUnit + 1] - knotsFrom[firstUnit + 1]);
    for (let unit = firstUnit; unit < endUnit; unit++) {
      const c = knotsFrom[unit + 2] + along * (knotsTo[unit + 2] - knotsFrom[unit + 2]);
      const start = unitStart[unit];
      const end = unitStart[unit + 1];
      if (start < end) {
        if (a > surelyAbove && b > surelyAbove && c > surelyAbove) {
          if (began < 0) began = start;
        } else if (a <= surelyBelow && b <= surelyBelow && c <= surelyBelow) {
          if (began >= 0) trace.add(x, began, start, origin);
          began = -1;
        } else {
          // corner piece, then inside piece
          let pieceStart = start;
          let pieceEnd = insideStart[unit];
          let from = a + far * (b - a);
          let delta = b + near * (c - b) - from;
          let outputsPerPiece = outputsPerCorner;
          for (let piece = 0; piece < 2; piece++) {
            if (pieceStart < pieceEnd) {
              const firstAbove = from + fraction[pieceStart] * delta > threshold;
              const lastAbove = from + fraction[pieceEnd - 1] * delta > threshold;
              if (firstAbove !== began >= 0) {
                if (firstAbove) {
                  began = pieceStart;
                } else {
                  trace.add(x, began, pieceStart, origin);
                  began = -1;
                }
              }
              if (firstAbove !== lastAbove) {
                const at = findCrossing(from, delta, threshold, fraction, pieceStart, pieceEnd, outputsPerPiece);
                if (lastAbove) {
                  began = at;
                } else {
                  trace.add(x, began, at, origin);
                  began = -1;
                }
              }
            }
            pieceStart = pieceEnd;
            pieceEnd = end;
            from = b + near * (c - b);
            delta = b + far * (c - b) - from;
            outputsPerPiece = outputsPerInside;
          }
        }
      }
      a = b;
      b = c;
    }
    if (began >= 0 && began < unitStart[endUnit]) trace.add(x, began, unitStart[endUnit], origin);
  }
}

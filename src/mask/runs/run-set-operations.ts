/**
 * What two masks have together and what they have in common: one walk over both, whatever their area.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import type { MaskRuns } from './mask-runs.js';
import { RunWriter } from './run-writer.js';

/** The pixels of `a` and those of `b`. */
export function unionOfMaskRuns(a: MaskRuns, b: MaskRuns): MaskRuns {
  requireSameSize(a, b);
  const runsA = a.runsColumnMajor;
  const runsB = b.runsColumnMajor;
  const pixelCount = a.width * a.height;
  const writer = new RunWriter(runsA.length + runsB.length);
  let endA = runsA[0];
  let endB = runsB[0];
  for (let indexA = 0, indexB = 0, at = 0; at < pixelCount; ) {
    // first runs can be 0
    while (endA === at) endA += runsA[++indexA];
    while (endB === at) endB += runsB[++indexB];
    at = Math.min(endA, endB);
    writer.extendTo(at, indexA % 2 === 1 || indexB % 2 === 1 ? 1 : 0);
  }
  return { width: a.width, height: a.height, runsColumnMajor: writer.finishedRuns(pixelCount) };
}

/**
 * Number of pixels in both masks if it is above `needed`, otherwise 0: given up as soon as what is left of either mask cannot reach it.
 *
 * @param areaA - Foreground pixels of `a`.
 * @param areaB - Foreground pixels of `b`.
 * @param needed - 0 or more
 */
export function intersectionAreaAbove(a: MaskRuns, b: MaskRuns, areaA: number, areaB: number, needed: number): number {
  requireSameSize(a, b);
  const runsA = a.runsColumnMajor;
  const runsB = b.runsColumnMajor;
  const lengthA = runsA.length;
  const lengthB = runsB.length;
  if (lengthA < 2 || lengthB < 2) return 0;
  let indexA = 1;
  let indexB = 1;
  let startA = runsA[0];
  let startB = runsB[0];
  let endA = startA + runsA[1];
  let endB = startB + runsB[1];
  let area = 0;
  // pixels of runs that did not end yet
  let leftA = areaA;
  let leftB = areaB;
  // the foreground run that ends first makes way for its mask's next one
  for (;;) {
    const overlap = (endA < endB ? endA : endB) - (startA > startB ? startA : startB);
    if (overlap > 0) area += overlap;
    if (endA <= endB) {
      leftA -= endA - startA;
      if (indexA + 2 >= lengthA || area + leftA <= needed) break;
      startA = endA + runsA[indexA + 1];
      indexA += 2;
      endA = startA + runsA[indexA];
    } else {
      leftB -= endB - startB;
      if (indexB + 2 >= lengthB || area + leftB <= needed) break;
      startB = endB + runsB[indexB + 1];
      indexB += 2;
      endB = startB + runsB[indexB];
    }
  }
  return area > needed ? area : 0;
}

/** @throws SamError `mask-size-mismatch` unless both masks have the same width and height */
export function requireSameSize(a: MaskRuns, b: MaskRuns): void {
  if (a.width !== b.width || a.height !== b.height) {
    throw new SamError(
      'mask-size-mismatch',
      `Expected two masks of one size but received ${a.width} x ${a.height} and ${b.width} x ${b.height}`,
    );
  }
}

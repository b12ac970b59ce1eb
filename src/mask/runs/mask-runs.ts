/**
 * A binary mask as runs: what every other file of this folder works on.
 *
 * @module
 */

import { SamError } from '../../errors.js';

/**
 * A binary mask as COCO sees it: the lengths of alternating runs of background and foreground pixels, column after
 * column from the left, each column from its top.
 *
 * Canonical: the first run is background and may be 0, every other run is at least 1, the sum is `width * height`.
 * So two masks are equal exactly when their runs are. {@link maskRuns} makes any other runs canonical.
 */
export interface MaskRuns {
  /** Pixels, at least 1. */
  readonly width: number;
  /** Pixels, at least 1. */
  readonly height: number;
  /** Run lengths in pixels: even indices background, odd ones foreground. A run may span columns. */
  readonly runsColumnMajor: Uint32Array;
}

/** Largest `width * height`: a single run has to fit 32 bits, as in pycocotools. */
const MAX_MASK_PIXELS = 0xffffffff;

/**
 * `width * height`, checked.
 *
 * @throws SamError `bad-mask-size` unless both are integers of at least 1 with a product that fits 32 bits
 */
export function pixelCountOf(width: number, height: number): number {
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(value) || value < 1) {
      throw new SamError('bad-mask-size', `Expected an integer of at least 1 for mask ${name} but received ${value}`);
    }
  }
  if (width * height > MAX_MASK_PIXELS) {
    throw new SamError(
      'bad-mask-size',
      `Expected a mask of at most ${MAX_MASK_PIXELS} pixels but received ${width} x ${height} = ${width * height}`,
    );
  }
  return width * height;
}

/**
 * A {@link MaskRuns} of run lengths from anywhere: checked, and made canonical by joining what runs of 0 divide.
 *
 * @param runsColumnMajor - lengths in pixels, background first; runs of 0 are allowed anywhere
 * @throws SamError `malformed-rle` if a length is not an integer of at least 0 or the sum is not `width * height`
 */
export function maskRuns(width: number, height: number, runsColumnMajor: ArrayLike<number>): MaskRuns {
  const pixelCount = pixelCountOf(width, height);
  let sum = 0;
  let zeros = 0;
  for (let i = 0; i < runsColumnMajor.length; i++) {
    const run = runsColumnMajor[i];
    if (!Number.isInteger(run) || run < 0) {
      throw new SamError(
        'malformed-rle',
        `Expected an integer of at least 0 for run ${i} of the mask but received ${run}`,
      );
    }
    if (run === 0 && i > 0) zeros++;
    sum += run;
  }
  if (sum !== pixelCount) {
    throw new SamError(
      'malformed-rle',
      `Expected runs that sum to ${width} x ${height} = ${pixelCount} pixels but received a sum of ${sum}`,
    );
  }
  return {
    width,
    height,
    runsColumnMajor: zeros > 0 ? withoutZeroRuns(runsColumnMajor) : Uint32Array.from(runsColumnMajor),
  };
}

/** A mask without a foreground pixel. */
export function maskRunsOfEmpty(width: number, height: number): MaskRuns {
  return { width, height, runsColumnMajor: Uint32Array.of(pixelCountOf(width, height)) };
}

function withoutZeroRuns(runs: ArrayLike<number>): Uint32Array {
  const kept = new Uint32Array(runs.length);
  let count = 0;
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i];
    if (run === 0 && i > 0) continue;
    // same colour as the run kept last: a run of 0 stood between them
    if (count > 0 && (count - 1) % 2 === i % 2) kept[count - 1] += run;
    else kept[count++] = run;
  }
  return kept.slice(0, count);
}

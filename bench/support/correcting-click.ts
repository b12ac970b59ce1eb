import type { MaskRuns } from '../../src/mask/runs/mask-runs.js';
import { unionOfMaskRuns } from '../../src/mask/runs/run-set-operations.js';
import { centreOfMask } from './mask-centre.js';

/** A click that tells a model what its mask got wrong. */
export interface CorrectingClick {
  readonly x: number;
  readonly y: number;
  /** 1 where the object is missing from the mask, 0 where the mask has too much. */
  readonly label: 0 | 1;
}

/**
 * Where a person would click next, as in the click protocols of interactive segmentation: at the centre of the larger error.
 * Undefined when there is none.
 *
 * @param found - the mask so far
 * @param wanted - the object's own mask, of the same size
 * @throws SamError `mask-size-mismatch` if sizes differ
 */
export function correctingClick(found: MaskRuns, wanted: MaskRuns): CorrectingClick | undefined {
  const missing = centreOfMask(difference(wanted, found));
  const tooMuch = centreOfMask(difference(found, wanted));
  if (missing && missing.distance >= (tooMuch?.distance ?? 0)) return { x: missing.x, y: missing.y, label: 1 };
  return tooMuch && { x: tooMuch.x, y: tooMuch.y, label: 0 };
}

/** The pixels of `a` that are not in `b`. */
function difference(a: MaskRuns, b: MaskRuns): MaskRuns {
  return complement(unionOfMaskRuns(complement(a), b));
}

function complement({ width, height, runsColumnMajor }: MaskRuns): MaskRuns {
  const [first, ...others] = runsColumnMajor;
  return { width, height, runsColumnMajor: Uint32Array.from(first === 0 ? others : [0, first, ...others]) };
}

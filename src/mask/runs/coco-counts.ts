/**
 * COCO's compressed counts: run lengths as a printable string. Follows rleToString and rleFrString of pycocotools
 * (common/maskApi.c), which is the judge byte for byte.
 *
 * Every number is cut into groups of 5 bits, lowest first, one character a group: bit 5 says that more follow, and 48 is
 * added so that the result is printable ('0' to 'o'). Bit 4 of the last group is the sign. From the fourth number on what
 * is written is the difference from the run two before, which is of the same colour and mostly of similar length.
 *
 * @module
 */

import { SamError } from '../../errors.js';

const FIRST_CHARACTER = 48;
const GROUP_SIZE = 32;
const GROUP_MASK = 0x1f;
const SIGN_BIT = 0x10;
const MORE_BIT = 0x20;
/** Differences of 32-bit runs are 33 bits with their sign: 7 groups of 5. */
const MAX_CHARACTERS_PER_RUN = 7;

/** The compressed counts string of run lengths (32-bit, column-major, background first), as pycocotools writes it. */
export function cocoCountsFromRuns(runsColumnMajor: Uint32Array): string {
  const { length } = runsColumnMajor;
  let bytes = new Uint8Array(2 * length + 64);
  let used = 0;
  for (let i = 0; i < length; i++) {
    if (used + MAX_CHARACTERS_PER_RUN > bytes.length) bytes = grown(bytes);
    let value = i > 2 ? runsColumnMajor[i] - runsColumnMajor[i - 2] : runsColumnMajor[i];
    for (let more = true; more; ) {
      const group = value & GROUP_MASK;
      // not a shift: differences can need 33 bits
      value = Math.floor(value / GROUP_SIZE);
      more = (group & SIGN_BIT) !== 0 ? value !== -1 : value !== 0;
      bytes[used++] = FIRST_CHARACTER + (more ? group | MORE_BIT : group);
    }
  }
  return Buffer.from(bytes.buffer, 0, used).toString('latin1');
}

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length);
  larger.set(bytes);
  return larger;
}

/**
 * The run lengths of a compressed counts string: as written, so a string with runs of 0 inside gives runs of 0.
 *
 * @param pixelCount - `width * height` of the mask, which the runs must add up to
 * @throws SamError `malformed-rle` if a character is outside '0' to 'o', the string ends inside a number, a number has
 * more than 7 characters, a run is negative, or the sum is not `pixelCount`
 */
export function runsFromCocoCounts(counts: string, pixelCount: number): Uint32Array {
  const { length } = counts;
  const runs = new Uint32Array(length);
  let runCount = 0;
  let sum = 0;
  for (let at = 0; at < length; ) {
    let value = 0;
    let scale = 1;
    for (let characters = 1, more = true; more; characters++) {
      if (at === length) throw malformed(`another character to finish run ${runCount}`, 'the end of the string', at);
      if (characters > MAX_CHARACTERS_PER_RUN) {
        throw malformed(`at most ${MAX_CHARACTERS_PER_RUN} characters for run ${runCount}`, 'more', at);
      }
      const code = counts.charCodeAt(at) - FIRST_CHARACTER;
      if (code < 0 || code >= 2 * GROUP_SIZE) {
        throw malformed("characters '0' to 'o'", JSON.stringify(counts[at]), at);
      }
      at++;
      value += (code & GROUP_MASK) * scale;
      scale *= GROUP_SIZE;
      more = (code & MORE_BIT) !== 0;
      if (!more && (code & SIGN_BIT) !== 0) value -= scale;
    }
    if (runCount > 2) value += runs[runCount - 2];
    if (value < 0) throw malformed(`at least 0 pixels for run ${runCount}`, `${value}`, at);
    sum += value;
    // checked here already, so that no value can exceed what a run can hold
    if (sum > pixelCount) throw malformed(`runs that sum to ${pixelCount} pixels`, `${sum} or more`, at);
    runs[runCount++] = value;
  }
  if (sum !== pixelCount) throw malformed(`runs that sum to ${pixelCount} pixels`, `a sum of ${sum}`, length);
  return runs.slice(0, runCount);
}

function malformed(expected: string, received: string, position: number): SamError {
  return new SamError(
    'malformed-rle',
    `Expected ${expected} in COCO counts but received ${received} (at position ${position})`,
    'Counts are the compressed string of COCO RLE; check that it was not cut or escaped, and that size is [height, width].',
  );
}

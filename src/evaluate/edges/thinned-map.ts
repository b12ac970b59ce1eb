/**
 * Lines of any width made one pixel wide, as MATLAB's `bwmorph(map, 'thin', inf)` does it for the Berkeley benchmark: Guo and Hall,
 * "Parallel Thinning with Two-Subiteration Algorithms" (1989), their first algorithm.
 *
 * @module
 */

import type { BinaryMap } from './binary-map.js';

/** Where the eight neighbours lie, from the east against the clock: x1 to x8 of the paper. */
const NEIGHBOURS = [
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
] as const;

/** Whether a pixel goes, by its neighbours as bits, in either half of a round. */
const GOES = [0, 4].map((half) => Uint8Array.from({ length: 256 }, (_, bits) => (goes(bits, half) ? 1 : 0)));

/** Conditions G1, G2 and G3 of the paper; the other half has the third turned by 180 degrees. */
function goes(bits: number, half: number): boolean {
  // x(9) is x(1)
  const x = (k: number) => (bits >> ((k - 1) % 8)) & 1;
  let crossings = 0;
  let pairs = 0;
  let otherPairs = 0;
  for (let k = 1; k <= 4; k++) {
    crossings += x(2 * k - 1) === 0 && (x(2 * k) === 1 || x(2 * k + 1) === 1) ? 1 : 0;
    pairs += x(2 * k - 1) | x(2 * k);
    otherPairs += x(2 * k) | x(2 * k + 1);
  }
  const least = Math.min(pairs, otherPairs);
  const isHeld = (x(2 + half) | x(3 + half) | (1 - x(8 + half))) & x(1 + half);
  return crossings === 1 && least >= 2 && least <= 3 && isHeld === 0;
}

/** A map with its lines one pixel wide. */
export function thinnedMap({ width, height, data }: BinaryMap): BinaryMap {
  // a border of zeros, so that every pixel has neighbours
  const stride = width + 2;
  const padded = new Uint8Array(stride * (height + 2));
  let left: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 0) continue;
      const at = (y + 1) * stride + x + 1;
      padded[at] = 1;
      left.push(at);
    }
  }
  const offsets = NEIGHBOURS.map(([dx, dy]) => dy * stride + dx);
  for (let before = -1; before !== left.length; ) {
    before = left.length;
    for (const table of GOES) {
      // all are judged before the first goes
      const going = left.filter((at) => table[bitsAround(padded, at, offsets)] === 1);
      for (const at of going) padded[at] = 0;
      left = left.filter((at) => padded[at] === 1);
    }
  }
  const thin = new Uint8Array(data.length);
  for (const at of left) thin[(Math.floor(at / stride) - 1) * width + (at % stride) - 1] = 1;
  return { width, height, data: thin };
}

function bitsAround(padded: Uint8Array, at: number, offsets: readonly number[]): number {
  let bits = 0;
  for (let k = 0; k < 8; k++) bits |= padded[at + offsets[k]] << k;
  return bits;
}

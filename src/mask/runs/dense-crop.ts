import type { MaskRuns } from './mask-runs.js';

/**
 * The part of a mask inside a box, dense and row-major: 1 foreground, 0 background.
 *
 * @param box - left, top, right, bottom in pixels, all inclusive, inside the mask.
 */
export function denseCropOf(
  { height, runsColumnMajor }: MaskRuns,
  [left, top, right, bottom]: readonly [number, number, number, number],
): Uint8Array {
  const width = right - left + 1;
  const crop = new Uint8Array(width * (bottom - top + 1));
  for (let i = 1, at = runsColumnMajor[0]; i < runsColumnMajor.length; i += 2) {
    const end = at + runsColumnMajor[i];
    while (at < end) {
      const x = Math.floor(at / height);
      const stop = Math.min(end, (x + 1) * height);
      if (x >= left && x <= right) {
        const from = Math.max(at - x * height, top);
        const to = Math.min(stop - x * height - 1, bottom);
        for (let y = from; y <= to; y++) crop[(y - top) * width + x - left] = 1;
      }
      at = stop;
    }
    at = end + (runsColumnMajor[i + 1] ?? 0);
  }
  return crop;
}

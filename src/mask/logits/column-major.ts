/**
 * Copies the top left corner of a row-major mask column by column.
 *
 * @param source - Holds the mask, rows of `stride` values, from `from` on.
 * @param target - Receives value (x, y) at `to + x * high + y`.
 */
export function copyColumnMajor(
  source: Float32Array,
  from: number,
  stride: number,
  target: Float32Array,
  to: number,
  wide: number,
  high: number,
): void {
  for (let x = 0; x < wide; x++) {
    let read = from + x;
    const write = to + x * high;
    for (let y = 0; y < high; y++, read += stride) target[write + y] = source[read];
  }
}

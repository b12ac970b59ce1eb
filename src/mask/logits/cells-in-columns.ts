/**
 * Puts a mask of the compiled graph in place: from cells grouped by image token to columns.
 *
 * @param source - From `from` on, for each image token in columns of `tokensHigh`, 16 cells in the order
 *   (column of the first upscaling step, row of it, column of the second, row of it).
 * @param target - Receives cell (x, y) at `to + x * cellsHigh + y`, for x < cellsWide and y < cellsHigh.
 */
export function copyCellsToColumns(
  source: Float32Array,
  from: number,
  tokensHigh: number,
  target: Float32Array,
  to: number,
  cellsWide: number,
  cellsHigh: number,
): void {
  const wholeHigh = cellsHigh >> 2;
  for (let x = 0; x < cellsWide; x++) {
    // where column x of any token begins among its 16 cells
    const within = ((x & 2) << 2) | ((x & 1) << 1);
    let read = from + (x >> 2) * tokensHigh * 16 + within;
    let write = to + x * cellsHigh;
    for (let token = 0; token < wholeHigh; token++) {
      target[write] = source[read];
      target[write + 1] = source[read + 1];
      target[write + 2] = source[read + 4];
      target[write + 3] = source[read + 5];
      read += 16;
      write += 4;
    }
    for (let y = wholeHigh * 4, i = 0; y < cellsHigh; y++, i++) {
      target[write + i] = source[read + ((i & 2) << 1) + (i & 1)];
    }
  }
}

/**
 * SAM's dense positional encoding: random Fourier features of every patch's centre.
 *
 * @param gaussian - The model's random matrix, [2, C/2] row-major, x first.
 * @param gridHigh - Patches down the frame.
 * @param gridWide - Patches across the frame.
 * @returns [gridHigh * gridWide, C] row-major.
 */
export function positionalEncoding(gaussian: Float32Array, gridHigh: number, gridWide: number): Float32Array {
  const half = gaussian.length / 2;
  const encoding = new Float32Array(gridHigh * gridWide * 2 * half);
  for (let row = 0; row < gridHigh; row++) {
    const y = (2 * (row + 0.5)) / gridHigh - 1;
    for (let column = 0; column < gridWide; column++) {
      const x = (2 * (column + 0.5)) / gridWide - 1;
      const start = (row * gridWide + column) * 2 * half;
      for (let i = 0; i < half; i++) {
        const angle = 2 * Math.PI * (x * gaussian[i] + y * gaussian[half + i]);
        encoding[start + i] = Math.sin(angle);
        encoding[start + half + i] = Math.cos(angle);
      }
    }
  }
  return encoding;
}

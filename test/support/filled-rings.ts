/**
 * The pixels of rings by the even-odd rule at pixel centres, as any drawing library has it: written down plainly, apart from the
 * product's code.
 *
 * @param rings - Each x0, y0, x1, y1, ...; a first corner that is repeated at the end does no harm.
 * @returns row-major, 1 inside.
 */
export function filledRings(rings: readonly (readonly number[])[], width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const crossings: number[] = [];
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        const [x0, y0] = [ring[i], ring[i + 1]];
        const [x1, y1] = [ring[(i + 2) % ring.length], ring[(i + 3) % ring.length]];
        if (y0 > y + 0.5 === y1 > y + 0.5) continue;
        // from the upper end on, so that a slit is crossed at the same place both ways
        const [topX, topY, footX, footY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
        crossings.push(topX + ((y + 0.5 - topY) / (footY - topY)) * (footX - topX));
      }
    }
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      for (let x = 0; x < width; x++) {
        if (x + 0.5 >= crossings[i] && x + 0.5 < crossings[i + 1]) mask[y * width + x] ^= 1;
      }
    }
  }
  return mask;
}

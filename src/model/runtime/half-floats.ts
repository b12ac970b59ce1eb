/**
 * IEEE half floats, which Node 20 has no array of.
 *
 * @module
 */

/** Values as half floats, rounded to nearest, ties to even; those too large become infinite. */
export function halfFloatsOf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const sign = (bits[i] >>> 16) & 0x8000;
    const magnitude = bits[i] & 0x7fffffff;
    if (magnitude > 0x7f800000) halves[i] = sign | 0x7e00;
    else if (magnitude >= 0x47800000) halves[i] = sign | 0x7c00;
    else if (magnitude >= 0x38800000) {
      // the exponent's bias changes from 127 to 15; half of what is cut is added, less one where the result is even
      const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
      halves[i] = sign | (rounded >>> 13);
    } else {
      // below 2^-14 halves are multiples of 2^-24, and adding 0.5 rounds a float32 to those
      const sum = Math.fround(Math.abs(values[i]) + 0.5);
      halves[i] = sign | Math.round((sum - 0.5) * 2 ** 24);
    }
  }
  return halves;
}

let table: Float32Array | undefined;

function halfTable(): Float32Array {
  if (table) return table;
  table = new Float32Array(0x10000);
  for (let half = 0; half < table.length; half++) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) table[half] = fraction ? Number.NaN : sign * Infinity;
    else if (exponent === 0) table[half] = sign * fraction * 2 ** -24;
    else table[half] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return table;
}

/** Half floats as numbers. */
export function floatsOfHalves(halves: Uint16Array): Float32Array {
  const values = halfTable();
  return Float32Array.from(halves, (half) => values[half]);
}

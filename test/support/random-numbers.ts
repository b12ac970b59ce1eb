/** Numbers from a seeded generator (mulberry32), uniform in [-1, 1). */
export function randomNumbers(count: number, seed: number): Float32Array {
  const numbers = new Float32Array(count);
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    numbers[i] = ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  }
  return numbers;
}

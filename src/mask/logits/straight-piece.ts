/**
 * Along an image column, the values on one straight piece of the resize. Computed as `from + fraction * (to - from)`
 * they never turn back, even rounded: rounding keeps order, and only `fraction` grows. So the two ends tell how many
 * times a threshold is crossed, never or once, and the search for where may guess as long as it checks.
 *
 * @module
 */

/** Pieces up to this many outputs are searched one by one: cheaper than a division and a guess. */
const SHORT = 8;

/**
 * Finds the first output on the other side of a threshold than the first.
 *
 * @param start - First output of the piece.
 * @param end - One past its last output, which must be on the other side than the first.
 * @param outputsPerPiece - Outputs that a whole piece would hold.
 */
export function findCrossing(
  from: number,
  delta: number,
  threshold: number,
  fraction: Float64Array,
  start: number,
  end: number,
  outputsPerPiece: number,
): number {
  let at = start + 1;
  if (end - start > SHORT) {
    const guess = start + ((threshold - from) / delta - fraction[start]) * outputsPerPiece;
    at = guess > start + 1 ? (guess < end - 1 ? guess | 0 : end - 1) : start + 1;
  }
  if (delta > 0) {
    while (from + fraction[at] * delta <= threshold) at++;
    while (from + fraction[at - 1] * delta > threshold) at--;
  } else {
    while (from + fraction[at] * delta > threshold) at++;
    while (from + fraction[at - 1] * delta <= threshold) at--;
  }
  return at;
}

/** Counts the outputs of a piece that are above a threshold; parameters as in {@link findCrossing}. */
export function countAboveOnPiece(
  from: number,
  to: number,
  threshold: number,
  fraction: Float64Array,
  start: number,
  end: number,
  outputsPerPiece: number,
): number {
  if (start === end) return 0;
  const delta = to - from;
  const firstAbove = from + fraction[start] * delta > threshold;
  const lastAbove = from + fraction[end - 1] * delta > threshold;
  if (firstAbove === lastAbove) return firstAbove ? end - start : 0;
  const at = findCrossing(from, delta, threshold, fraction, start, end, outputsPerPiece);
  return firstAbove ? at - start : end - at;
}

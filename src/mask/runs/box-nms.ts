/**
 * Non-maximum suppression of boxes, as torchvision does it.
 *
 * @module
 */

/**
 * Keeps the best-scored boxes and drops those that overlap a better one too much.
 *
 * A box's area is `(x1 - x0) * (y1 - y0)`, without the + 1 of a pixel count. A box is dropped when its IoU with a kept,
 * better one is above the threshold; an IoU of 0/0 (two boxes of no area) drops nothing. Areas and IoU are rounded to
 * float32, as theirs are.
 *
 * @param boxesXyxy - [count, 4] x0, y0, x1, y1.
 * @param scores - [count] larger is better; of equals the earlier box is the better one.
 * @param iouThreshold - 0 to 1.
 * @returns Indices of the kept boxes, best first.
 * @throws RangeError when there are not four coordinates to a score.
 */
export function boxNms(boxesXyxy: ArrayLike<number>, scores: ArrayLike<number>, iouThreshold: number): number[] {
  const count = scores.length;
  if (boxesXyxy.length !== 4 * count) {
    throw new RangeError(`Expected ${4 * count} coordinates for ${count} scores but received ${boxesXyxy.length}`);
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  // typed arrays sort stably, but equal scores are worth spelling out: the lower index goes first
  order.sort((a, b) => scores[b] - scores[a] || a - b);

  const { fround } = Math;
  const areas = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    areas[i] = (boxesXyxy[4 * i + 2] - boxesXyxy[4 * i]) * (boxesXyxy[4 * i + 3] - boxesXyxy[4 * i + 1]);
  }

  const suppressed = new Uint8Array(count);
  const kept: number[] = [];
  for (let i = 0; i < count; i++) {
    const best = order[i];
    if (suppressed[best] === 1) continue;
    kept.push(best);
    const x0 = boxesXyxy[4 * best];
    const y0 = boxesXyxy[4 * best + 1];
    const x1 = boxesXyxy[4 * best + 2];
    const y1 = boxesXyxy[4 * best + 3];
    const area = areas[best];
    for (let j = i + 1; j < count; j++) {
      const other = order[j];
      if (suppressed[other] === 1) continue;
      const width = Math.min(x1, boxesXyxy[4 * other + 2]) - Math.max(x0, boxesXyxy[4 * other]);
      const height = Math.min(y1, boxesXyxy[4 * other + 3]) - Math.max(y0, boxesXyxy[4 * other + 1]);
      const intersection = width > 0 && height > 0 ? fround(width * height) : 0;
      const union = fround(fround(area + areas[other]) - intersection);
      if (fround(intersection / union) > iouThreshold) suppressed[other] = 1;
    }
  }
  return kept;
}

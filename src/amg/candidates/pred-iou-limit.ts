/** What a predicted IoU has to exceed. The reference compares float32 with float32, and keeps all masks at 0. */
export function predIouLimitOf(predIouThresh: number): number {
  return predIouThresh > 0 ? Math.fround(predIouThresh) : Number.NEGATIVE_INFINITY;
}

import type { PromptBatch } from '../../sam/segmentation-model.js';

/**
 * A prompt of one foreground point for each x, y.
 *
 * @param pointsXy - [N, 2] in pixels of the encoded image
 */
export function foregroundPointPrompts(pointsXy: Float64Array): PromptBatch {
  const count = pointsXy.length / 2;
  return { count, pointsPerPrompt: 1, coords: Float32Array.from(pointsXy), labels: new Float32Array(count).fill(1) };
}

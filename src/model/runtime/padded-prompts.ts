import type { PromptBatch } from '../../sam/segmentation-model.js';
import type { ImageFrame } from './decoder.js';

/** Label of a point that is not there. */
export const PADDING = -1;
const BOX_TOP_LEFT = 2;
const BOX_BOTTOM_RIGHT = 3;

/** Points of a batch in the encoder's frame. */
export interface FramePoints {
  /** Points per prompt (N). */
  readonly pointsPerPrompt: number;
  /** [B, N, 2] x,y in pixels of the encoder's frame, before SAM moves them to pixel centres. */
  readonly coords: Float32Array;
  /** [B, N] */
  readonly labels: Float32Array;
}

/**
 * The points of a batch in the encoder's frame, with the padding point that SAM expects after points without a box. A mask
 * alone, without any point, stays alone.
 */
export function paddedPrompts(batch: PromptBatch, frame: ImageFrame): FramePoints {
  const { count, pointsPerPrompt } = batch;
  const isWhole = (label: number) => label === PADDING || label === BOX_TOP_LEFT || label === BOX_BOTTOM_RIGHT;
  const pad = pointsPerPrompt > 0 && !batch.labels.some(isWhole);
  const padded = pointsPerPrompt + (pad ? 1 : 0);
  const coords = new Float32Array(count * padded * 2);
  const labels = new Float32Array(count * padded).fill(PADDING);
  const scaleX = frame.inputWidth / frame.width;
  const scaleY = frame.inputHeight / frame.height;
  for (let prompt = 0; prompt < count; prompt++) {
    for (let point = 0; point < pointsPerPrompt; point++) {
      const from = prompt * pointsPerPrompt + point;
      const to = prompt * padded + point;
      labels[to] = batch.labels[from];
      coords[2 * to] = batch.coords[2 * from] * scaleX;
      coords[2 * to + 1] = batch.coords[2 * from + 1] * scaleY;
    }
  }
  return { pointsPerPrompt: padded, coords, labels };
}

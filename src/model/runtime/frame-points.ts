import { BOX_BOTTOM_RIGHT, BOX_TOP_LEFT, PADDING } from '../../sam/point-labels.js';
import type { PromptBatch } from '../../sam/segmentation-model.js';
import type { FramePoints, Padding } from '../contracts/contract.js';
import type { PlacedImage } from './decoder.js';

/**
 * The points of a batch in the model's frame, with a padding point where one is wanted and none is there yet. A mask alone, without any
 * point, stays alone.
 */
export function framePointsOf(batch: PromptBatch, placed: PlacedImage, padding: Padding = 'without-box'): FramePoints {
  const { count, pointsPerPrompt } = batch;
  const isCorner = (label: number) => label === BOX_TOP_LEFT || label === BOX_BOTTOM_RIGHT;
  const isWhole = (label: number) => label === PADDING || (padding === 'without-box' && isCorner(label));
  const pad = padding !== 'never' && pointsPerPrompt > 0 && !batch.labels.some(isWhole);
  const padded = pointsPerPrompt + (pad ? 1 : 0);
  const coords = new Float32Array(count * padded * 2);
  const labels = new Float32Array(count * padded).fill(PADDING);
  const scaleX = placed.extent.width / placed.width;
  const scaleY = placed.extent.height / placed.height;
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

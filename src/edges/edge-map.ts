import type { ImageSize } from '../sam/rgb-image.js';
import type { MaskEdges } from './mask-edges.js';

/**
 * The strongest edge of all masks at each pixel, scaled so that the strongest of the image is 1.
 *
 * @returns [height, width] 0 to 1; zeros where no mask has an edge.
 */
export function edgeMapOf(masks: readonly MaskEdges[], { width, height }: ImageSize): Float32Array {
  const map = new Float32Array(width * height);
  let strongest = 0;
  for (const { positions, strengths } of masks) {
    for (let i = 0; i < positions.length; i++) {
      if (strengths[i] <= map[positions[i]]) continue;
      map[positions[i]] = strengths[i];
      strongest = Math.max(strongest, strengths[i]);
    }
  }
  if (strongest > 0) for (let i = 0; i < map.length; i++) map[i] /= strongest;
  return map;
}

/** Strengths of 0 to 1 as the nearest levels of a grey image. */
export function levelsOfEdges(strengths: Float32Array, bits: 8 | 16): Uint8Array | Uint16Array {
  const highest = 2 ** bits - 1;
  const levels = bits === 8 ? new Uint8Array(strengths.length) : new Uint16Array(strengths.length);
  for (let i = 0; i < strengths.length; i++) levels[i] = Math.round(strengths[i] * highest);
  return levels;
}

import type { ModelGeometry } from '../../sam/geometry.js';

/**
 * How many low-res cells along one side an image can read.
 *
 * Masks are resized bilinearly with half-pixel centres, to the frame or to the image. The last pixel that is kept reads the cell it is
 * in and, when it is past that cell's centre, the next one.
 *
 * @param extent - Pixels of the frame that the image takes along this side.
 */
export function coveredCells(extent: number, { frameSize, lowResSize }: ModelGeometry): number {
  const lastSource = ((extent - 0.5) * lowResSize) / frameSize - 0.5;
  return Math.min(lowResSize, Math.floor(lastSource) + 2);
}

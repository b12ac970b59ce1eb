/**
 * The rule that drops masks cut off by a crop.
 *
 * @module
 */

/** A rectangle in the picture, pixels: x0, y0, x1, y1. */
export type BoxXyxy = ArrayLike<number>;

/**
 * Tells whether a box touches an edge of its crop that is not also an edge of the picture: the object probably goes on
 * outside, and a crop that holds more of it will find it.
 *
 * @param boxXyxy - The mask's box, in pixels of the crop.
 * @param cropBoxXyxy - The crop, in pixels of the picture.
 * @param width - Of the picture, pixels.
 * @param height - Of the picture, pixels.
 * @param tolerance - Pixels that still count as touching. @default 20
 */
export function touchesCropEdge(
  boxXyxy: BoxXyxy,
  cropBoxXyxy: BoxXyxy,
  width: number,
  height: number,
  tolerance = 20,
): boolean {
  for (let side = 0; side < 4; side++) {
    const at = boxXyxy[side] + cropBoxXyxy[side & 1];
    const imageEdge = side < 2 ? 0 : side === 2 ? width : height;
    if (Math.abs(at - cropBoxXyxy[side]) <= tolerance && Math.abs(at - imageEdge) > tolerance) return true;
  }
  return false;
}

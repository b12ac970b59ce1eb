/**
 * A mask that ends at the edge of its crop was cut there; a neighbouring crop sees the whole of it.
 *
 * @module
 */

type BoxXyxy = ArrayLike<number>;

/** How near counts as near, in pixels, both ends included (`atol` of the reference). */
const NEAR_PIXELS = 20;

/**
 * Whether a side of a box lies within 20 pixels of that side of its crop, but not of that side of the image
 * (`is_box_near_crop_edge` of the reference). Such a box is dropped.
 *
 * @param boxInCropXyxy - outermost pixels of a mask, inclusive, in pixels of the crop
 * @param cropXyxy - the crop in pixels of the image, right and bottom exclusive
 * @param imageXyxy - [0, 0, width, height] of the image
 */
export function isBoxNearCropEdge(boxInCropXyxy: BoxXyxy, cropXyxy: BoxXyxy, imageXyxy: BoxXyxy): boolean {
  for (let side = 0; side < 4; side++) {
    const inImage = boxInCropXyxy[side] + cropXyxy[side % 2];
    const nearCrop = Math.abs(inImage - cropXyxy[side]) <= NEAR_PIXELS;
    const nearImage = Math.abs(inImage - imageXyxy[side]) <= NEAR_PIXELS;
    if (nearCrop && !nearImage) return true;
  }
  return false;
}

import type { RgbImage } from '../sam/rgb-image.js';

/**
 * A part of an image, cut at its own resolution. The whole image comes back as it is, uncopied.
 *
 * @param boxXyxy - x0, y0, x1, y1 in pixels, x1 and y1 exclusive, inside the image.
 */
export function cropOfImage(image: RgbImage, boxXyxy: readonly [number, number, number, number]): RgbImage {
  const [x0, y0, x1, y1] = boxXyxy;
  const width = x1 - x0;
  const height = y1 - y0;
  if (width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((y0 + y) * image.width + x0) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data, width, height };
}

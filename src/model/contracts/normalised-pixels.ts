import { resizeLikePil } from '../../image/pil-resize.js';
import { frameExtentOf, type ModelGeometry } from '../../sam/geometry.js';
import type { RgbImage } from '../../sam/rgb-image.js';

/**
 * The pixels of an image in the model's frame: resized as PIL does, normalised, zero where the frame is empty.
 *
 * @returns [3, S, S], channel-major (NCHW without N); S is the geometry's `frameSize`.
 */
export function normalisedPixelsOf(image: RgbImage, geometry: ModelGeometry): Float32Array {
  const { frameSize, pixelMean, pixelStd } = geometry;
  const extent = frameExtentOf(geometry, image.width, image.height);
  const { data } = resizeLikePil(image, extent.width, extent.height);
  const plane = frameSize * frameSize;
  const pixels = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    // 256 possible values: look them up
    const normalised = new Float32Array(256);
    for (let level = 0; level < 256; level++) normalised[level] = (level - pixelMean[channel]) / pixelStd[channel];
    for (let y = 0, p = channel; y < extent.height; y++) {
      const row = channel * plane + y * frameSize;
      for (let x = 0; x < extent.width; x++, p += 3) pixels[row + x] = normalised[data[p]];
    }
  }
  return pixels;
}

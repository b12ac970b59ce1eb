import { cropOfImage } from '../../image/crop-image.js';
import { resizeLikePil } from '../../image/pil-resize.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import type { ImageView } from '../catalogue/entry.js';

/**
 * Writes the pixels of an image as a model sees it: resized, cut to the middle where the view says so, normalised. Follows the image processors of
 * transformers (CLIPImageProcessor, SiglipImageProcessor) on Pillow.
 *
 * @param target - [3, side, side], channel-major; written whole.
 */
export function writeViewPixels(image: RgbImage, view: ImageView, target: Float32Array): void {
  const { side, mean, std } = view;
  const { data } = view.fit === 'stretch' ? resizeLikePil(image, side, side, view.resampling) : middleOf(image, view);
  const plane = side * side;
  for (let channel = 0; channel < 3; channel++) {
    // 256 possible values: look them up
    const normalised = new Float32Array(256);
    for (let level = 0; level < 256; level++) normalised[level] = (level / 255 - mean[channel]) / std[channel];
    const start = channel * plane;
    for (let i = 0, p = channel; i < plane; i++, p += 3) target[start + i] = normalised[data[p]];
  }
}

function middleOf(image: RgbImage, { side, resampling }: ImageView): RgbImage {
  const { width, height } = image;
  const shorter = Math.min(width, height);
  // the longer side is cut off to whole pixels, as transformers does it
  const [toWidth, toHeight] = [width, height].map((length) =>
    length === shorter ? side : Math.trunc((side * length) / shorter),
  );
  const resized = resizeLikePil(image, toWidth, toHeight, resampling);
  const [left, top] = [(toWidth - side) >> 1, (toHeight - side) >> 1];
  return cropOfImage(resized, [left, top, left + side, top + side]);
}

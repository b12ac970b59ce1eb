import sharp from 'sharp';
import type { RgbImage } from '../sam/rgb-image.js';

/** An image as the bytes of a JPEG file that shows thin outlines cleanly. */
export function jpegOf({ data, width, height }: RgbImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** An image as the bytes of a PNG file: no pixel changes. */
export function pngOf({ data, width, height }: RgbImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

import sharp from 'sharp';
import type { RgbImage } from '../sam/rgb-image.js';

/** Formats of images that are written to be looked at; also the ends of their file names. */
export const IMAGE_FORMATS = ['jpg', 'png', 'webp'] as const;

export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** An image as the bytes of a file that shows thin outlines cleanly. */
export function imageFileOf({ data, width, height }: RgbImage, format: ImageFormat): Promise<Buffer> {
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  if (format === 'png') return image.png().toBuffer();
  if (format === 'webp') return image.webp({ quality: 90, smartSubsample: true }).toBuffer();
  return image.jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** A grey image, a level a pixel, row after row. */
export interface GreyImage {
  readonly levels: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
}

/** A grey image as the bytes of a PNG file, of 8 or of 16 bits as its levels are. */
export function greyPngOf({ levels, width, height }: GreyImage): Promise<Buffer> {
  const is16Bit = levels.BYTES_PER_ELEMENT === 2;
  return sharp(levels, { raw: { width, height, channels: 1 } })
    .toColourspace(is16Bit ? 'grey16' : 'b-w')
    .png()
    .toBuffer();
}

/**
 * A grey image in colours as the bytes of a PNG file.
 *
 * @param colours - For each level red, green and blue, 0 to 255.
 */
export function palettePngOf(
  { levels, width, height }: GreyImage,
  colours: readonly (readonly [number, number, number])[],
): Promise<Buffer> {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < levels.length; i++) data.set(colours[levels[i]], 3 * i);
  return imageFileOf({ data, width, height }, 'png');
}

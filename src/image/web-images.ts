import sharp from 'sharp';
import type { RgbImage } from '../sam/rgb-image.js';

/** An image for a page, as JPEG files. */
export interface WebImages {
  /** As large as a screen needs it. */
  readonly large: Buffer;
  /** As large as a gallery needs it. */
  readonly small: Buffer;
}

/** Longest side of {@link WebImages.small}, in pixels. */
const SMALL_SIDE = 480;

/**
 * An image at two sizes. One that is smaller is not enlarged.
 *
 * @param maxSide - Longest side of the large one in pixels, at least 1.
 */
export async function webImagesOf({ data, width, height }: RgbImage, maxSide: number): Promise<WebImages> {
  const fit = { fit: 'inside', withoutEnlargement: true } as const;
  const { data: pixels, info } = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(maxSide, maxSide, fit)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const web = () => sharp(pixels, { raw: { width: info.width, height: info.height, channels: 3 } });
  const [large, small] = await Promise.all([
    web().jpeg({ quality: 84 }).toBuffer(),
    web().resize(SMALL_SIDE, SMALL_SIDE, fit).jpeg({ quality: 76 }).toBuffer(),
  ]);
  return { large, small };
}

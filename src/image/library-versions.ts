import sharp from 'sharp';

/** Versions of the libraries that decode images. */
export function imageLibraryVersions(): { readonly sharp: string; readonly vips: string } {
  const { sharp: own = 'unknown', vips } = sharp.versions;
  return { sharp: own, vips };
}

/** An image as the bytes of a PNG file: no pixel changes. */
export function pngOf(data: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

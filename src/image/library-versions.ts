import sharp from 'sharp';

/** Versions of the libraries that decode images. */
export function imageLibraryVersions(): { readonly sharp: string; readonly vips: string } {
  const { sharp: own = 'unknown', vips } = sharp.versions;
  return { sharp: own, vips };
}

import { extname } from 'node:path';

/** Extensions that a folder or an archive is searched for, lower-case. A file named by itself may have any. */
export const IMAGE_EXTENSIONS: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.tif',
  '.tiff',
  '.gif',
  '.avif',
]);

/** Whether a name ends as images do. */
export function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.has(name.slice(name.lastIndexOf('.'))) || IMAGE_EXTENSIONS.has(extname(name).toLowerCase());
}

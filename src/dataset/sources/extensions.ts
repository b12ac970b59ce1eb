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

/** Whether a name ends as tar archives do: `.tar`, `.tar.gz`, `.tgz`. */
export function isArchiveName(name: string): boolean {
  return /\.(tar|tar\.gz|tgz)$/i.test(name);
}

/** Whether an archive's name says that it is compressed. */
export function isCompressedArchiveName(name: string): boolean {
  return /\.(tar\.gz|tgz)$/i.test(name);
}

/** An archive's name without what makes it one: `shards/a.tar.gz` is `shards/a`. */
export function withoutArchiveExtension(name: string): string {
  return name.replace(/\.(tar|tar\.gz|tgz)$/i, '');
}

/** Whether a text is an http or https URL. */
export function isUrl(text: string): boolean {
  // a million paths: look at one letter first
  return (text.charCodeAt(0) | 0x20) === 0x68 && /^https?:\/\//i.test(text);
}

import { resolve } from 'node:path';

/** Whether a text is a URL, of a web server or of object storage, and no path. */
function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

/**
 * A place as every process understands it.
 *
 * @param folder - What a relative path starts from. @default that of this process
 */
export function absoluteLocation(location: string, folder = process.cwd()): string {
  return isUrl(location) ? location : resolve(folder, location);
}

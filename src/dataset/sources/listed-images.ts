import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { separatedTexts } from '../../storage/lines.js';
import { imagesOfArchive } from './archive-images.js';
import { isArchiveName, isImageName, isUrl, withoutArchiveExtension } from './extensions.js';
import { type FolderWalk, imagesBelow } from './folder-images.js';
import type { PlannedImage } from './planned-image.js';
import { isPlainPath, safeNameOf, safeNameOfUrl } from './safe-name.js';

/** A path that is the same however it is written, and the name of its result. `resolve` would cost more than the rest of a line. */
function keyAndNameOf(path: string, folder: string): { key: string; name: string } {
  const isAbsolute = path.startsWith('/');
  if (!isPlainPath(path, isAbsolute ? 1 : 0)) return { key: resolve(folder, path), name: safeNameOf(path) };
  return isAbsolute ? { key: path, name: path.slice(1) } : { key: `${folder}/${path}`, name: path };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The first bytes of a stream and the stream, whole. */
async function peeked(chunks: AsyncIterable<Uint8Array>): Promise<[Uint8Array, AsyncIterable<Uint8Array>]> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  const firstChunk = first.done ? new Uint8Array() : first.value;
  async function* all() {
    yield firstChunk;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return [firstChunk, all()];
}

/**
 * The images of a list: one path or URL a line, or separated by NUL as `find -print0` does (for names with newlines). Files are
 * not looked at before their turn, so that a list of millions starts at once; one that is missing is then a failure. Folders and
 * archives are searched.
 *
 * @param chunks - The list's bytes.
 * @param folder - What relative paths start from.
 * @param newWalk - What each search of a folder begins with.
 */
export async function* listedImages(
  chunks: AsyncIterable<Uint8Array>,
  folder: string,
  newWalk: () => FolderWalk,
): AsyncGenerator<PlannedImage[]> {
  const { filter, seenFiles: seen } = newWalk();
  const [first, all] = await peeked(chunks);
  const separator = first.includes(0) ? '\0' : '\n';
  for await (const lines of separatedTexts(all, separator)) {
    let batch: PlannedImage[] = [];
    for (const line of lines) {
      const path = separator === '\n' && line.endsWith('\r') ? line.slice(0, -1) : line;
      if (path === '') continue;
      if (isUrl(path)) {
        if (seen.add(path)) batch.push(urlOf(path));
        continue;
      }
      const isImage = isImageName(path);
      const isArchive = !isImage && isArchiveName(path);
      if (!isImage && !isArchive && isFolder(path)) {
        yield batch;
        batch = [];
        yield* imagesBelow(path, `${safeNameOf(path)}/`, newWalk());
        continue;
      }
      const { key, name } = keyAndNameOf(path, folder);
      if (seen.add(key)) {
        if (isArchive) {
          yield batch;
          batch = [];
          yield* imagesOfArchive(path, name, filter);
        } else batch.push({ kind: 'file', path, name });
      }
    }
    yield batch;
  }
}

function urlOf(url: string): PlannedImage {
  try {
    return { kind: 'url', path: url, name: safeNameOfUrl(url) };
  } catch {
    const name = withoutArchiveExtension(safeNameOf(url));
    return { kind: 'refused', path: url, name, code: 'download-failed', reason: `Expected a URL but received ${url}` };
  }
}

import { stat } from 'node:fs/promises';
import { messageOf, SamError } from '../../../errors.js';
import type { PlannedImage } from '../../plan/planned-image.js';
import type { SourceKind } from '../source-kind.js';

const KIND = 'file';

/** A file that is taken for an image. */
export function fileImage(path: string, name: string): PlannedImage {
  return { kind: KIND, path, name };
}

async function openFile({ path }: PlannedImage): Promise<string> {
  const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const code = error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'not-found' : 'unreadable-file';
    throw new SamError(code, `Expected an image but could not open ${path}: ${messageOf(error)}`);
  });
  // a pipe or a device would keep its reader waiting, or never end
  if (!file.isFile()) throw new SamError('not-a-file', `Expected a regular file but ${path} is none`);
  if (file.size === 0) throw new SamError('empty-file', `Expected an image but ${path} has 0 bytes`);
  return path;
}

/** Files, whatever they are called: what no other kind took. They are not looked at before their turn. */
export function fileKind(): SourceKind {
  return {
    takes: ({ missing }) => missing === undefined,
    images: ({ text, name, key }, { seen }) => (seen.add(key) ? [fileImage(text, name)] : []),
    opener: { kind: KIND, open: openFile },
  };
}

import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import picomatch from 'picomatch';
import { messageOf, SamError } from '../../errors.js';
import { FingerprintMap } from '../plan/fingerprint-map.js';
import { imagesOfArchive } from './archive-images.js';
import { downloadedBytes } from './download.js';
import { isArchiveName, isUrl } from './extensions.js';
import { type FolderWalk, imagesBelow } from './folder-images.js';
import { listedImages } from './listed-images.js';
import { type NameFilter, type NameFilterOptions, nameFilterOf } from './name-filter.js';
import { OpenArchives } from './open-archives.js';
import type { PlannedImage } from './planned-image.js';
import { safeNameOfUrl } from './safe-name.js';
import type { Source } from './source.js';

/** What a run is about. */
export interface InputSelection extends Partial<NameFilterOptions> {
  /** Files, folders (searched through), globs, tar archives, http(s) URLs. */
  readonly inputs: readonly string[];
  /** A file of paths, or its bytes; see `listedImages`. */
  readonly inputList?: string | AsyncIterable<Uint8Array>;
  /** Folders that the run writes to, passed over where they lie below an input. */
  readonly ownFolders?: readonly string[];
}

/** A glob cut into the folder that it starts from and the rest. */
function globOf(input: string): { base: string; glob: string } | undefined {
  const { isGlob, base, glob } = picomatch.scan(input);
  return isGlob ? { base: base === '' ? '.' : base, glob } : undefined;
}

async function* imagesOfGlob(base: string, glob: string, walk: FolderWalk) {
  const { filter } = walk;
  const matches = picomatch(glob);
  const wantsHidden = /(^|\/)\./.test(glob);
  const globbed: NameFilter = {
    takes: (name) => matches(name) && (wantsHidden || filter.takes(name)),
    enters: (folder) => wantsHidden || filter.enters(folder),
    opens: (archive) => matches(archive) && (wantsHidden || filter.opens(archive)),
    inArchives: filter,
  };
  for await (const batch of imagesBelow(base, '', { ...walk, filter: globbed })) {
    // a folder that cannot be read is no match
    yield batch.filter((image) => image.kind !== 'refused' || matches(image.name));
  }
}

async function* imagesOfInput(input: string, walk: FolderWalk): AsyncGenerator<PlannedImage[]> {
  const { filter, seenFiles } = walk;
  if (isUrl(input)) {
    if (seenFiles.add(input)) yield [{ kind: 'url', path: input, name: safeNameOfUrl(input) }];
    return;
  }
  const kind = await stat(input).catch((error: unknown) => error);
  if (kind instanceof Error) {
    const glob = globOf(input);
    if (glob) {
      yield* imagesOfGlob(glob.base, glob.glob, walk);
      return;
    }
    throw new SamError('bad-usage', `Expected an image or a folder but could not open ${input}: ${messageOf(kind)}`);
  }
  if ((kind as { isDirectory(): boolean }).isDirectory()) {
    yield* imagesBelow(input, '', walk);
  } else if (seenFiles.add(await realpath(input))) {
    const name = basename(input);
    if (isArchiveName(name)) yield* imagesOfArchive(input, name, filter);
    else yield [{ kind: 'file', path: input, name }];
  }
}

/**
 * Every image that the inputs name, in an order that depends on nothing but them: inputs in their order, then the list; folders
 * sorted by name. An image reached twice is listed once.
 *
 * @throws SamError `bad-usage` when an input does not exist.
 */
export async function* imagesOf(selection: InputSelection): AsyncGenerator<PlannedImage[]> {
  const { inputs, inputList, include = [], exclude = [], hidden = false } = selection;
  const filter = nameFilterOf({ include, exclude, hidden });
  const ownFolders = new Set<string>();
  for (const folder of selection.ownFolders ?? []) ownFolders.add(await realpath(folder).catch(() => resolve(folder)));
  const seenFiles = new FingerprintMap();
  const walk = () => ({ filter, seenFiles, seenFolders: new FingerprintMap(), ownFolders });
  for (const input of inputs) yield* imagesOfInput(input, walk());
  if (inputList === undefined) return;
  const isPath = typeof inputList === 'string';
  const chunks = isPath ? createReadStream(inputList, { highWaterMark: 1024 * 1024 }) : inputList;
  try {
    yield* listedImages(chunks, await realpath('.'), walk);
  } catch (error) {
    if (error instanceof SamError) throw error;
    const list = isPath ? inputList : 'standard input';
    throw new SamError('bad-usage', `Expected a list of inputs but could not read ${list}: ${messageOf(error)}`);
  }
}

/** The images that a command line names: files, folders, globs, archives, URLs and lists of them. */
export function openInputs(selection: InputSelection): Source {
  const archives = new OpenArchives();
  return {
    images: () => imagesOf(selection),
    async open(planned, { timeoutSeconds } = {}) {
      switch (planned.kind) {
        case 'file':
          await checkFile(planned.path);
          return planned.path;
        case 'url':
          return downloadedBytes(planned.path, timeoutSeconds);
        case 'member':
          return archives.bytesOf(planned);
        case 'refused':
          throw new SamError(planned.code, planned.reason);
      }
    },
    async close() {
      // a list that comes from a terminal may be waited for
      if (selection.inputList instanceof Readable) selection.inputList.destroy();
      await archives.close();
    },
  };
}

async function checkFile(path: string): Promise<void> {
  const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const code = error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'not-found' : 'unreadable-file';
    throw new SamError(code, `Expected an image but could not open ${path}: ${messageOf(error)}`);
  });
  // a pipe or a device would keep its reader waiting, or never end
  if (!file.isFile()) throw new SamError('not-a-file', `Expected a regular file but ${path} is none`);
  if (file.size === 0) throw new SamError('empty-file', `Expected an image but ${path} has 0 bytes`);
}

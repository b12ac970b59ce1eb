import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import picomatch from 'picomatch';
import { messageOf, SamError } from '../../errors.js';
import { FingerprintMap } from '../fingerprint-map.js';
import { imagesOfArchive } from './archive-images.js';
import { isArchiveName, isUrl } from './extensions.js';
import { type FolderWalk, imagesBelow } from './folder-images.js';
import { listedImages } from './listed-images.js';
import { type NameFilter, type NameFilterOptions, nameFilterOf } from './name-filter.js';
import type { PlannedImage } from './planned-image.js';
import { safeNameOfUrl } from './safe-name.js';

/** What a run is about. */
export interface InputSelection extends Partial<NameFilterOptions> {
  /** Files, folders (searched through), globs, tar archives, http(s) URLs. */
  readonly inputs: readonly string[];
  /** A file of paths, or its bytes; see `listedImages`. */
  readonly inputList?: string | AsyncIterable<Uint8Array>;
}

/** A glob cut into the folder that it starts from and the rest. */
function globOf(input: string): { base: string; glob: string } | undefined {
  const { isGlob, base, glob } = picomatch.scan(input);
  return isGlob ? { base: base === '' ? '.' : base, glob } : undefined;
}

function walkWith(filter: NameFilter, seenFiles: FingerprintMap): FolderWalk {
  return { filter, seenFiles, seenFolders: new FingerprintMap() };
}

async function* imagesOfGlob(base: string, glob: string, filter: NameFilter, seen: FingerprintMap) {
  const matches = picomatch(glob);
  const wantsHidden = /(^|\/)\./.test(glob);
  const globbed: NameFilter = {
    takes: (name) => matches(name) && (wantsHidden || filter.takes(name)),
    enters: (folder) => wantsHidden || filter.enters(folder),
  };
  for await (const batch of imagesBelow(base, '', walkWith(globbed, seen))) {
    // a folder that cannot be read is no match
    yield batch.filter((image) => image.kind !== 'refused' || matches(image.name));
  }
}

async function* imagesOfInput(input: string, filter: NameFilter, seen: FingerprintMap): AsyncGenerator<PlannedImage[]> {
  if (isUrl(input)) {
    if (seen.add(input)) yield [{ kind: 'url', path: input, name: safeNameOfUrl(input) }];
    return;
  }
  const kind = await stat(input).catch((error: unknown) => error);
  if (kind instanceof Error) {
    const glob = globOf(input);
    if (glob) {
      yield* imagesOfGlob(glob.base, glob.glob, filter, seen);
      return;
    }
    throw new SamError('bad-usage', `Expected a picture or a folder but could not open ${input}: ${messageOf(kind)}`);
  }
  if ((kind as { isDirectory(): boolean }).isDirectory()) {
    yield* imagesBelow(input, '', walkWith(filter, seen));
  } else if (seen.add(await realpath(input))) {
    const name = basename(input);
    if (isArchiveName(name)) yield* imagesOfArchive(input, name, filter);
    else yield [{ kind: 'file', path: input, name }];
  }
}

/**
 * Every picture that the inputs name, in an order that depends on nothing but them: inputs in their order, then the list; folders
 * sorted by name. A picture reached twice is listed once.
 *
 * @throws SamError `bad-usage` when an input does not exist.
 */
export async function* imagesOf(selection: InputSelection): AsyncGenerator<PlannedImage[]> {
  const { inputs, inputList, include = [], exclude = [], hidden = false } = selection;
  const filter = nameFilterOf({ include, exclude, hidden });
  const seen = new FingerprintMap();
  for (const input of inputs) yield* imagesOfInput(input, filter, seen);
  if (inputList === undefined) return;
  const isPath = typeof inputList === 'string';
  const chunks = isPath ? createReadStream(inputList, { highWaterMark: 1024 * 1024 }) : inputList;
  try {
    yield* listedImages(chunks, await realpath('.'), filter, seen);
  } catch (error) {
    if (error instanceof SamError) throw error;
    const list = isPath ? inputList : 'standard input';
    throw new SamError('bad-usage', `Expected a list of inputs but could not read ${list}: ${messageOf(error)}`);
  }
}

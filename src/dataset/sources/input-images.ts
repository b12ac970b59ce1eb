import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { messageOf, SamError } from '../../errors.js';
import { openStorage, resolvedLocation } from '../../storage/open-storage.js';
import { isS3Address } from '../../storage/s3/s3-address.js';
import { FingerprintSet } from '../plan/fingerprint-set.js';
import type { PlannedImage } from '../plan/planned-image.js';
import { RUN_FILES } from '../run-folder/file-names.js';
import { OwnFiles } from '../run-folder/own-files.js';
import { IMAGE_EXTENSIONS } from './extensions.js';
import { imagesOfList } from './listed-inputs.js';
import { type NameFilterOptions, nameFilterOf } from './name-filter.js';
import type { OpenOptions, Source } from './source.js';
import { batchesOf, type FoundImages, type Input, type Search } from './source-kind.js';
import { sourceKinds } from './source-kinds.js';

/** What a run is about. */
export interface InputSelection extends Partial<NameFilterOptions> {
  /** Files, folders (searched through), globs, tar archives, http(s) URLs, s3:// addresses. */
  readonly inputs: readonly string[];
  /** A file of paths and URLs, or its bytes; see `imagesOfList`. */
  readonly inputList?: string | AsyncIterable<Uint8Array>;
  /** Folders that the run writes to, passed over where they lie below an input. */
  readonly ownFolders?: readonly string[];
}

/**
 * An argument of the command. Unlike a line of a list it is looked at: what does not exist is a mistake of the whole command. What is in a bucket is
 * for its kind to look at.
 */
async function argumentOf(text: string): Promise<Input> {
  if (isS3Address(text)) return { text, isFolder: false, name: basename(text), prefix: '', key: text };
  try {
    const isFolder = (await stat(text)).isDirectory();
    return { text, isFolder, name: basename(text), prefix: '', key: await realpath(text) };
  } catch (error) {
    const missing = error instanceof Error ? error : new Error(String(error));
    return { text, isFolder: false, missing, name: basename(text), prefix: '', key: resolve(text) };
  }
}

function imagesOf(input: Input, search: Search): FoundImages {
  for (const kind of search.kinds) if (kind.takes(input)) return kind.images(input, search);
  const reason = input.missing ? `: ${input.missing.message}` : '';
  throw new SamError('bad-usage', `Expected an image or a folder but could not open ${input.text}${reason}`);
}

/** What the arguments and the list of a command name. */
class NamedInputs implements Source {
  readonly #selection: InputSelection;
  readonly #kinds = sourceKinds();
  /** The list's bytes, from where it is known. */
  #list: AsyncIterable<Uint8Array> | undefined;

  constructor(selection: InputSelection) {
    this.#selection = selection;
    if (typeof selection.inputList !== 'string') this.#list = selection.inputList;
  }

  /** Inputs in their order, then the list; folders sorted by name. An image reached twice is listed once. */
  async *images(): AsyncGenerator<readonly PlannedImage[]> {
    const { include = [], exclude = [], hidden = false } = this.#selection;
    const ownFolders = new Map<string, ReadonlySet<string>>();
    for (const folder of this.#selection.ownFolders ?? []) {
      const { before } = await OwnFiles.open(openStorage(folder), RUN_FILES.ownFiles);
      ownFolders.set(await realpath(folder).catch(() => resolvedLocation(folder)), before);
    }
    const filter = nameFilterOf({ include, exclude, hidden });
    const search = { kinds: this.#kinds, filter, seen: new FingerprintSet(), ownFolders };
    let count = 0;
    for await (const batch of this.#batches(search)) {
      count += batch.length;
      yield batch;
    }
    if (count === 0) throw this.#noImages();
  }

  async open(image: PlannedImage, options?: OpenOptions): Promise<string | Uint8Array> {
    const kind = this.#kinds.find(({ opener }) => opener?.kind === image.kind);
    if (!kind?.opener) throw new Error(`Expected an image of a known kind but received ${image.kind}`);
    return kind.opener.open(image, options);
  }

  async close(): Promise<void> {
    // a list that comes from a terminal may be waited for
    if (this.#list instanceof Readable) this.#list.destroy();
    for (const { opener } of this.#kinds) await opener?.close?.();
  }

  async *#batches(search: Search): AsyncGenerator<readonly PlannedImage[]> {
    const { inputs, inputList } = this.#selection;
    for (const input of inputs) yield* batchesOf(imagesOf(await argumentOf(input), search));
    if (inputList === undefined) return;
    const isPath = typeof inputList === 'string';
    const chunks = isPath ? createReadStream(inputList) : inputList;
    this.#list = chunks;
    try {
      yield* imagesOfList(chunks, search.kinds, (input) => imagesOf(input, search));
    } catch (error) {
      if (error instanceof SamError) throw error;
      const list = isPath ? inputList : 'standard input';
      throw new SamError('bad-usage', `Expected a list of inputs but could not read ${list}: ${messageOf(error)}`);
    }
  }

  #noImages(): SamError {
    const { inputs, inputList } = this.#selection;
    const list = typeof inputList === 'string' ? inputList : 'the list';
    const places = inputList === undefined ? inputs : [...inputs, list];
    const extensions = [...IMAGE_EXTENSIONS].join(' ');
    return new SamError('bad-usage', `Expected images (${extensions}) but found none in ${places.join(', ')}`);
  }
}

/** The images that a user names, each from where it is: a source for a run, to be closed after it. */
export function openInputs(selection: InputSelection): Source {
  return new NamedInputs(selection);
}

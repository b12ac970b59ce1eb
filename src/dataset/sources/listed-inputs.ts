import { statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { separatedTexts } from '../../storage/lines.js';
import { isS3Address } from '../../storage/s3/s3-address.js';
import { type PlannedImage, refusedImage } from '../plan/planned-image.js';
import { isImageName } from './extensions.js';
import { isPlainPath, safeNameOf, safeNameOfS3 } from './safe-name.js';
import { areKnown, type FoundImages, type Input, type SourceKind, searchableKindOf } from './source-kind.js';

/** What the lines of a list share. */
interface List {
  /** What relative paths start from. */
  readonly folder: string;
  readonly kinds: readonly SourceKind[];
}

/** A line of a list. There may be millions: what only some kinds ask for is found when they ask. */
class ListedInput implements Input {
  readonly text: string;
  readonly #list: List;
  #name = '';
  #key = '';

  /** @param text - A path, a URL or an s3:// address. */
  constructor(text: string, list: List) {
    this.text = text;
    this.#list = list;
  }

  get isFolder(): boolean {
    if (isS3Address(this.text)) return false;
    return !isImageName(this.text) && !searchableKindOf(this.text, this.#list.kinds) && isFolder(this.text);
  }

  get name(): string {
    this.#find();
    return this.#name;
  }

  get key(): string {
    this.#find();
    return this.#key;
  }

  get prefix(): string {
    return `${isS3Address(this.text) ? safeNameOfS3(this.text) : safeNameOf(this.text)}/`;
  }

  /** Name and key together: `resolve` for each line would cost more than all the rest. */
  #find(): void {
    if (this.#key !== '') return;
    const { text } = this;
    if (isS3Address(text)) {
      this.#name = safeNameOfS3(text);
      this.#key = text;
      return;
    }
    const { folder } = this.#list;
    const isAbsolute = text.startsWith('/');
    const isPlain = isPlainPath(text, isAbsolute ? 1 : 0);
    if (!isPlain) this.#name = safeNameOf(text);
    else this.#name = isAbsolute ? text.slice(1) : text;
    if (!isPlain) this.#key = resolve(folder, text);
    else this.#key = isAbsolute ? text : `${folder}/${text}`;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    // a path that cannot be looked at, such as one that is too long, is a failure in its turn
    return false;
  }
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
 * @param kinds - Of sources.
 * @param imagesOf - The images behind one line.
 */
export async function* imagesOfList(
  chunks: AsyncIterable<Uint8Array>,
  kinds: readonly SourceKind[],
  imagesOf: (input: Input) => FoundImages,
): AsyncGenerator<readonly PlannedImage[]> {
  // first of all: a file that cannot be opened says so to nobody as long as nobody reads
  const [first, all] = await peeked(chunks);
  const list = { folder: await realpath('.'), kinds };
  const separator = first.includes(0) ? '\0' : '\n';
  for await (const lines of separatedTexts(all, separator)) {
    let batch: PlannedImage[] = [];
    for (const line of lines) {
      const text = separator === '\n' && line.endsWith('\r') ? line.slice(0, -1) : line;
      if (text === '') continue;
      const images = text.includes('\0') ? [lineWithNul(text)] : imagesOf(new ListedInput(text, list));
      if (areKnown(images)) {
        for (const image of images) batch.push(image);
      } else {
        yield batch;
        batch = [];
        yield* images;
      }
    }
    yield batch;
  }
}

/** A list separated by newlines, with a NUL far behind its beginning. */
function lineWithNul(line: string): PlannedImage {
  const path = line.replaceAll('\0', '\uFFFD');
  return refusedImage({ path, name: safeNameOf(path) }, 'not-found', `Expected a path but received ${path} with a NUL`);
}

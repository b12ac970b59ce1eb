import { messageOf, SamError } from '../../../errors.js';
import { isS3Address, parseS3Address, type S3Address, s3Text } from '../../../storage/s3/s3-address.js';
import { s3ErrorInWords, s3FaultOf, s3HintOf } from '../../../storage/s3/s3-errors.js';
import { S3Objects } from '../../../storage/s3/s3-objects.js';
import type { PlannedImage } from '../../plan/planned-image.js';
import { EXPORT_FOLDER, RUN_FOLDER } from '../../run-folder/file-names.js';
import { isImageName } from '../extensions.js';
import { safeNameOf } from '../safe-name.js';
import type { OpenOptions } from '../source.js';
import { batchesOf, type Input, type Search, type SourceKind, searchableKindOf } from '../source-kind.js';

const KIND = 's3';
const LARGEST_OBJECT = 1024 * 1024 * 1024;
const DEFAULT_TIMEOUT_SECONDS = 60;

function imageAt(address: S3Address, name: string): PlannedImage {
  return { kind: KIND, path: s3Text(address), name };
}

/** What lies at an address: an object with the name of an image is not looked at before its turn, anything else is searched through. */
async function* imagesAt(input: Input, search: Search): AsyncGenerator<readonly PlannedImage[]> {
  const address = parseS3Address(input.text);
  const { bucket, key } = address;
  const isImage = key !== '' && !key.endsWith('/') && (isImageName(key) || (await isObject(address)));
  if (isImage) {
    if (search.seen.add(s3Text(address))) yield [imageAt(address, input.name)];
    return;
  }
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
  yield* imagesBelow({ bucket, key: prefix }, input.prefix, search);
}

/** Whether there is an object of that very key: an image may be called anything. */
async function isObject({ bucket, key }: S3Address): Promise<boolean> {
  try {
    return (await new S3Objects(bucket).head(key)) !== undefined;
  } catch (error) {
    throw unlistable({ bucket, key }, error);
  }
}

/**
 * The images whose keys begin so, in the order of the server's list. One page of it is in memory.
 *
 * @param place - Its key is empty or ends with a slash.
 * @param prefix - What names begin with.
 */
async function* imagesBelow(
  { bucket, key: place }: S3Address,
  prefix: string,
  search: Search,
): AsyncGenerator<readonly PlannedImage[]> {
  const { kinds, filter, seen } = search;
  const enters = folderFilterOf({ bucket, key: place }, search);
  for await (const keys of pagesOf({ bucket, key: place })) {
    let batch: PlannedImage[] = [];
    for (const key of keys) {
      const below = key.slice(place.length);
      // what a browser of buckets makes for an empty folder, and what no text of a plan may hold
      if (below.endsWith('/') || below.includes('\0') || !enters(below)) continue;
      const address = { bucket, key };
      const name = prefix + safeNameOf(below);
      if (isImageName(below)) {
        if (filter.takes(name) && seen.add(s3Text(address))) batch.push(imageAt(address, name));
        continue;
      }
      const text = s3Text(address);
      const kind = searchableKindOf(text, kinds);
      if (!kind || !filter.opens(name)) continue;
      yield batch;
      batch = [];
      yield* batchesOf(kind.images({ text, isFolder: false, name, prefix: '', key: text }, search));
    }
    yield batch;
  }
}

async function* pagesOf(place: S3Address): AsyncGenerator<readonly string[]> {
  try {
    for await (const page of new S3Objects(place.bucket).list(place.key)) yield page.map(({ key }) => key);
  } catch (error) {
    throw unlistable(place, error);
  }
}

/** Decides by the folders of a key whether it is meant: those that the filter does not enter, and those that the run writes to, are passed over. */
function folderFilterOf(place: S3Address, { filter, ownFolders }: Search): (below: string) => boolean {
  const here = s3Text(place);
  const others: string[] = [];
  let ownFiles: ReadonlySet<string> | undefined;
  for (const [folder, files] of ownFolders) {
    if (`${folder}/` === here) ownFiles = files;
    else if (`${folder}/`.startsWith(here)) others.push(`${folder.slice(here.length)}/`);
  }
  if (ownFiles) others.push(`${RUN_FOLDER}/`, `${EXPORT_FOLDER}/`);
  // keys of a folder follow each other
  let last = { folder: '', isEntered: true };
  const isEntered = (folder: string): boolean => {
    if (folder === '') return true;
    const slash = folder.lastIndexOf('/');
    return filter.enters(folder) && isEntered(slash < 0 ? '' : folder.slice(0, slash));
  };
  return (below) => {
    if (others.some((other) => below.startsWith(other)) || ownFiles?.has(below)) return false;
    const slash = below.lastIndexOf('/');
    const folder = slash < 0 ? '' : below.slice(0, slash);
    if (folder !== last.folder) last = { folder, isEntered: isEntered(folder) };
    return last.isEntered;
  };
}

/** A bucket that cannot be listed is a mistake of the whole command: a plan without its images would be another one. */
function unlistable(place: S3Address, error: unknown): SamError {
  if (error instanceof SamError) return error;
  const code = s3FaultOf(error) === 'passing' ? 'download-failed' : 'bad-usage';
  return new SamError(code, `Could not list ${s3Text(place)}: ${s3ErrorInWords(error)}`, s3HintOf(error));
}

async function openObject({ path }: PlannedImage, options: OpenOptions = {}): Promise<Uint8Array> {
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = options;
  const { bucket, key } = parseS3Address(path);
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  try {
    const found = await new S3Objects(bucket).get(key, { largest: LARGEST_OBJECT, signal });
    if (found) return found.bytes;
  } catch (error) {
    if (signal.aborted) throw new SamError('timeout', `Expected ${path} within ${timeoutSeconds} s but it took longer`);
    if (error instanceof SamError) throw new SamError(error.code, `${messageOf(error)} from ${path}`, error.hint);
    const code = s3FaultOf(error) === 'denied' ? 'unreadable-file' : 'download-failed';
    throw new SamError(code, `Could not download ${path}: ${s3ErrorInWords(error)}`);
  }
  throw new SamError('not-found', `Expected an image but ${path} is not there`);
}

/** Objects of S3, and of what speaks its language: one image, or all below a prefix. Archives among them are of the archives' kind. */
export function s3Kind(): SourceKind {
  return {
    takes: ({ text }) => isS3Address(text),
    images: imagesAt,
    opener: { kind: KIND, open: openObject },
  };
}

import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import { separatedTexts } from '../../storage/lines.js';
import type { PlannedImage } from '../sources/planned-image.js';
import type { OutputNames } from './output-names.js';

/** No field of an image can hold this character, since no path can. */
const FIELD_END = '\0';
const FIELDS = 4;
const CHUNK_BYTES = 1024 * 1024;

function withoutRoot(path: string): string {
  return path.startsWith('/') ? path.slice(1) : path;
}

function fieldsOf(image: PlannedImage): string {
  const { kind, path } = image;
  // what a list names is named after its path: half of the file
  const name = kind === 'file' && image.name === withoutRoot(path) ? '' : image.name;
  let details = '';
  if (kind === 'member') details = JSON.stringify([image.member, image.offset, image.size]);
  if (kind === 'refused') details = JSON.stringify([image.code, image.reason]);
  return kind + FIELD_END + path + FIELD_END + name + FIELD_END + details + FIELD_END;
}

function imageOf(kind: string, path: string, name: string, details: string): PlannedImage {
  if (kind === 'file') return { kind, path, name: name === '' ? withoutRoot(path) : name };
  if (kind === 'url') return { kind, path, name };
  const values = JSON.parse(details);
  if (kind === 'member') return { kind, path, name, member: values[0], offset: values[1], size: values[2] };
  return { kind: 'refused', path, name, code: values[0], reason: values[1] };
}

/** A file without a name: it is gone when closed, however the process ends. */
async function unnamedFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `sam-cli-plan-${randomBytes(8).toString('hex')}`);
  const handle = await open(path, 'wx+', 0o600);
  // where an open file keeps its name (Windows) it stays until the system clears the folder
  await rm(path, { force: true }).catch(() => undefined);
  return handle;
}

/** How many images, and which: the same for the same images in the same order. */
export interface PlanDigest {
  readonly count: number;
  /** sha256 of what is known of all of them, hex. */
  readonly sha256: string;
}

/**
 * All images of a run in their order. They lie in a file, not in memory, and are seen as they were when planned, however often
 * they are gone through.
 */
export class Plan {
  readonly digest: PlanDigest;
  readonly #file: FileHandle;
  readonly #digests: ReadonlyMap<number, string>;

  constructor(digest: PlanDigest, file: FileHandle, digests: ReadonlyMap<number, string>) {
    this.digest = digest;
    this.#file = file;
    this.#digests = digests;
  }

  /** Whether the plan begins with those images (only for counts named when planning). */
  beginsWith({ count, sha256 }: PlanDigest): boolean {
    return this.#digests.get(count) === sha256;
  }

  /** The images, some at a time. */
  async *images(): AsyncGenerator<PlannedImage[]> {
    const chunks = this.#file.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES });
    let fields: string[] = [];
    for await (const texts of separatedTexts(chunks, FIELD_END)) {
      fields = fields.length === 0 ? texts : fields.concat(texts);
      const whole = fields.length - (fields.length % FIELDS);
      const images: PlannedImage[] = [];
      for (let i = 0; i < whole; i += FIELDS) {
        images.push(imageOf(fields[i], fields[i + 1], fields[i + 2], fields[i + 3]));
      }
      fields = fields.slice(whole);
      yield images;
    }
  }

  /** Frees the disk space. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Options of {@link planOf}. */
export interface PlanOptions {
  /** Told every image's name, in order. */
  readonly names: OutputNames;
  /** Counts of earlier plans that this one may begin with, see {@link Plan.beginsWith}. */
  readonly earlierCounts?: readonly number[];
  /** Told now and then how many images there are so far. */
  readonly onCount?: (count: number) => void;
}

/**
 * Goes through all images once.
 *
 * @throws SamError `bad-usage` for an input that does not exist, `unwritable-output` when there is no room for the plan.
 */
export async function planOf(source: AsyncIterable<readonly PlannedImage[]>, options: PlanOptions): Promise<Plan> {
  const { names, earlierCounts = [], onCount } = options;
  const file = await unnamedFile();
  const hash = createHash('sha256');
  const digests = new Map<number, string>();
  const snapshots = new Set(earlierCounts);
  let fields: string[] = [];
  let count = 0;

  async function flush(): Promise<void> {
    const bytes = Buffer.from(fields.join(''));
    fields = [];
    hash.update(bytes);
    try {
      await file.appendFile(bytes);
    } catch (error) {
      throw new SamError(
        'unwritable-output',
        `Could not write the plan to ${tmpdir()}: ${messageOf(error)}`,
        'Free space there, or name another folder with the environment variable TMPDIR.',
      );
    }
  }

  try {
    for await (const images of source) {
      for (const image of images) {
        fields.push(fieldsOf(image));
        names.count(image.name);
        count++;
        if (snapshots.has(count)) {
          await flush();
          digests.set(count, hash.copy().digest('hex'));
        }
      }
      if (fields.length >= 8192) await flush();
      onCount?.(count);
    }
    await flush();
  } catch (error) {
    await file.close();
    throw error;
  }
  const sha256 = hash.digest('hex');
  digests.set(count, sha256);
  return new Plan({ count, sha256 }, file, digests);
}

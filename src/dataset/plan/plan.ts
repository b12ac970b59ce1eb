import { createHash } from 'node:crypto';
import { separatedTexts } from '../../storage/lines.js';
import { UnnamedFile } from '../../storage/unnamed-file.js';
import type { OutputNames } from './output-names.js';
import type { PlannedImage } from './planned-image.js';
import { itemsUntilAborted } from './until-aborted.js';

/** No field of an image can hold this character, since no path can. */
const FIELD_END = '\0';
const FIELDS = 4;
/** Images whose fields are written together. */
const IMAGES_A_WRITE = 1024;

/** Where the root of an absolute path ends. */
function rootOf(path: string): number {
  return path.startsWith('/') ? 1 : 0;
}

/** The order and form of the fields are those of every earlier version: a run that one began is known again by its digest. */
function fieldsOf({ kind, path, name, reference }: PlannedImage): string {
  // what a list names is named after its path: half of the file
  if (reference === undefined) {
    const isPath = name.length === path.length - rootOf(path) && path.endsWith(name);
    const ownName = isPath ? '' : name;
    return kind + FIELD_END + path + FIELD_END + ownName + FIELD_END + FIELD_END;
  }
  return kind + FIELD_END + path + FIELD_END + name + FIELD_END + JSON.stringify(reference) + FIELD_END;
}

function imageOf(kind: string, path: string, name: string, reference: string): PlannedImage {
  if (reference !== '') return { kind, name, path, reference: JSON.parse(reference) };
  return { kind, name: name === '' ? path.slice(rootOf(path)) : name, path };
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
  readonly #file: UnnamedFile;
  readonly #digests: ReadonlyMap<number, string>;

  constructor(digest: PlanDigest, file: UnnamedFile, digests: ReadonlyMap<number, string>) {
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
    let fields: string[] = [];
    for await (const texts of separatedTexts(this.#file.chunks(), FIELD_END)) {
      fields = fields.length === 0 ? texts : fields.concat(texts);
      const whole = fields.length - (fields.length % FIELDS);
      const images: PlannedImage[] = [];
      for (let i = 0; i < whole; i += FIELDS) {
        images.push(imageOf(fields[i] ?? '', fields[i + 1] ?? '', fields[i + 2] ?? '', fields[i + 3] ?? ''));
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
  /** Counts every image's name, in order. */
  readonly names: OutputNames;
  /** Counts of earlier plans that this one may begin with, see {@link Plan.beginsWith}. */
  readonly earlierCounts?: readonly number[];
  /** Told now and then how many images there are so far. */
  readonly onCount?: (count: number) => void;
  /** Once aborted, planning ends at once. */
  readonly signal?: AbortSignal;
}

/**
 * Goes through all images once.
 *
 * @param source - The images, some at a time; see `Source.images`.
 * @throws SamError `bad-usage` for an input that does not exist, `unwritable-output` when there is no room for the plan; and the
 *   signal's reason when that is aborted before the last image is planned: nothing is left behind, but the source is still to be
 *   closed.
 */
export async function planOf(source: AsyncIterable<readonly PlannedImage[]>, options: PlanOptions): Promise<Plan> {
  const { names, earlierCounts = [], onCount, signal } = options;
  const file = await UnnamedFile.open();
  const hash = createHash('sha256');
  const digests = new Map<number, string>();
  const snapshots = new Set(earlierCounts);
  let fields: string[] = [];
  let count = 0;

  async function flush(): Promise<void> {
    const bytes = Buffer.from(fields.join(''));
    fields = [];
    hash.update(bytes);
    await file.append(bytes);
  }

  try {
    for await (const images of itemsUntilAborted(source, signal)) {
      for (const image of images) {
        fields.push(fieldsOf(image));
        names.count(image.name);
        count++;
        if (snapshots.has(count)) {
          await flush();
          digests.set(count, hash.copy().digest('hex'));
        }
      }
      if (fields.length >= IMAGES_A_WRITE) await flush();
      onCount?.(count);
    }
    await flush();
  } catch (error) {
    await file.close();
    throw error;
  }
  names.endCount();
  const sha256 = hash.digest('hex');
  digests.set(count, sha256);
  return new Plan({ count, sha256 }, file, digests);
}

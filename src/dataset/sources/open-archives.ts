import { messageOf, SamError } from '../../errors.js';
import type { PlannedImage } from '../plan/planned-image.js';
import { openArchive } from './archive-bytes.js';
import type { ImageOpener } from './source-kind.js';
import type { ArchiveBytes } from './stored-bytes.js';

/** Kind of an image in an archive; its reference is its name there, where its bytes begin in the unpacked archive, and how many. */
export const MEMBER_KIND = 'member';

/** Archives kept open: images come archive by archive, and those at the end of one overlap with the next. */
const KEPT_OPEN = 2;

interface OpenArchive {
  readonly bytes: Promise<ArchiveBytes>;
  /** Reads that are under way. */
  readers: number;
}

/** Reads members of archives, as planned; the archives used last stay open, so that a compressed one is unpacked once. */
export class OpenArchives implements ImageOpener {
  readonly kind = MEMBER_KIND;
  /** By path, the one used last at the end. */
  readonly #archives = new Map<string, OpenArchive>();

  /** @throws SamError `bad-archive` when the archive is not what it was when planned. */
  async open({ path, reference = [] }: PlannedImage): Promise<Buffer> {
    const [member, offset, size] = [reference[0], Number(reference[1]), Number(reference[2])];
    const archive = this.#archives.get(path) ?? { bytes: openArchive(path), readers: 0 };
    this.#archives.delete(path);
    this.#archives.set(path, archive);
    archive.readers++;
    try {
      const bytes = await (await archive.bytes).read(offset, size);
      if (bytes.length < size) throw new Error(`it ends within ${member}`);
      return bytes;
    } catch (error) {
      throw new SamError('bad-archive', `Could not read ${member} from ${path}: ${messageOf(error)}`);
    } finally {
      archive.readers--;
      await this.#closeUnused(KEPT_OPEN);
    }
  }

  async close(): Promise<void> {
    await this.#closeUnused(0);
  }

  async #closeUnused(keep: number): Promise<void> {
    const unused = [...this.#archives].filter(([, archive]) => archive.readers === 0);
    for (const [path, archive] of unused.slice(0, Math.max(0, this.#archives.size - keep))) {
      this.#archives.delete(path);
      await archive.bytes.then(
        (bytes) => bytes.close(),
        () => undefined,
      );
    }
  }
}

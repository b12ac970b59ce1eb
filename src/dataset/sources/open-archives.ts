import { messageOf, SamError } from '../../errors.js';
import { type ArchiveBytes, openArchive } from './archive-bytes.js';
import type { PlannedMember } from './planned-image.js';

/** Archives kept open: pictures come archive by archive, and those at the end of one overlap with the next. */
const KEPT_OPEN = 2;

/** Reads members of archives, as planned; the archives used last stay open, so that a compressed one is unpacked once. */
export class OpenArchives {
  readonly #archives = new Map<string, Promise<ArchiveBytes>>();

  /** @throws SamError `bad-archive` when the archive is not what it was when planned. */
  async bytesOf({ path, offset, size, member }: PlannedMember): Promise<Buffer> {
    const archive = this.#archives.get(path) ?? openArchive(path);
    // the one used last is at the end
    this.#archives.delete(path);
    this.#archives.set(path, archive);
    await this.#closeOldest();
    try {
      const bytes = await (await archive).read(offset, size);
      if (bytes.length < size) throw new Error(`it ends within ${member}`);
      return bytes;
    } catch (error) {
      throw new SamError('bad-archive', `Could not read ${member} from ${path}: ${messageOf(error)}`);
    }
  }

  async close(): Promise<void> {
    await this.#closeOldest(0);
  }

  async #closeOldest(keep: number = KEPT_OPEN): Promise<void> {
    for (const [path, archive] of this.#archives) {
      if (this.#archives.size <= keep) return;
      this.#archives.delete(path);
      await archive.then(
        (open) => open.close(),
        () => undefined,
      );
    }
  }
}

import { SamError } from '../../errors.js';
import { DATA_FOLDER, REPORT_FILES } from '../../report/data/file-names.js';
import { bundledText, folderPageOf } from '../../report/files/page-html.js';
import { scriptTextOf } from '../../report/files/script-text.js';
import { checkFolder } from '../../storage/check-folder.js';
import { FolderStorage } from '../../storage/folder-storage.js';
import { requireLocal } from '../../storage/open-storage.js';
import type { StorageLock } from '../../storage/storage.js';

/** Where files are until they are whole. */
const TEMPORARY = `${DATA_FOLDER}/tmp`;
const LOCK = `${REPORT_FILES.mark}.lock`;

/**
 * The folder of a report. Its page is written last, and removed first when the report is made anew: a report that can be opened is
 * whole.
 */
export class ReportFolder {
  readonly #storage: FolderStorage;
  readonly #lock: StorageLock;

  private constructor(storage: FolderStorage, lock: StorageLock) {
    this.#storage = storage;
    this.#lock = lock;
  }

  /**
   * Makes a folder ready for a report. A report that is there is replaced; whatever else is there is left alone.
   *
   * @throws SamError `bad-usage` for a folder that holds other files, `run-in-use` when another process writes there.
   */
  static async open(folder: string): Promise<ReportFolder> {
    requireLocal(folder, '--out');
    await checkFolder(folder, '--out');
    const storage = new FolderStorage(folder, TEMPORARY, false);
    await refuseOthers(storage);
    const lock = await storage.lock(LOCK);
    const report = new ReportFolder(storage, lock);
    try {
      await storage.write(
        REPORT_FILES.mark,
        'A report of sam-cli view. It may be removed, and is replaced when it is made anew.\n',
      );
      await report.#removeFiles();
      await storage.write(REPORT_FILES.script, await bundledText('view.js'));
      await storage.write(REPORT_FILES.style, await bundledText('report.css'));
      return report;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** The page, in words. */
  get page(): string {
    return this.#storage.locate(REPORT_FILES.page);
  }

  /** @param name - As `REPORT_FILES` and its neighbours give it. @throws SamError `unwritable-output` */
  async write(name: string, data: string | Uint8Array): Promise<void> {
    await this.#storage.write(name, data);
  }

  /** Writes what the page asks for by this name. @throws SamError `unwritable-output` */
  async writeData(file: string, name: string, data: unknown): Promise<void> {
    await this.#storage.write(file, scriptTextOf(name, data));
  }

  /** Writes the page: from now on there is a report. @throws SamError `unwritable-output` */
  async finish(title: string): Promise<void> {
    await this.#storage.removeTemporaryFiles();
    await this.#storage.write(REPORT_FILES.page, folderPageOf(title));
    await this.#storage.removeTemporaryFiles();
  }

  /** Removes all that was written. @throws SamError `unwritable-output` */
  async discard(): Promise<void> {
    await this.#removeFiles();
    await this.#storage.remove(REPORT_FILES.mark);
  }

  /** Lets others write here. */
  async close(): Promise<void> {
    await this.#lock.release();
  }

  async #removeFiles(): Promise<void> {
    await this.#storage.remove(REPORT_FILES.page);
    await this.#storage.removeFolder(DATA_FOLDER);
  }
}

async function refuseOthers(storage: FolderStorage): Promise<void> {
  if ((await storage.sizeOf(REPORT_FILES.mark)) !== undefined) return;
  for await (const name of storage.list('')) {
    if (name.startsWith(LOCK)) continue;
    throw new SamError(
      'bad-usage',
      `Expected a new folder or a report for --out but ${storage.location} holds ${name}`,
      'Choose another folder: only reports are replaced.',
    );
  }
}

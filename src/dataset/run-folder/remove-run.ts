import type { Storage } from '../../storage/storage.js';
import { EXPORT_LISTS, RUN_FILES } from './file-names.js';
import { journalLines } from './journal-lines.js';
import { type Manifest, readManifest } from './manifest.js';
import { OwnFiles } from './own-files.js';

/**
 * Removes what an earlier run made: the records that its journal names, the files that it listed, and its own files. Other files stay,
 * and where no run was nothing is removed.
 *
 * @returns the manifest of that run; undefined when there was none that could be read.
 */
export async function removeRun(storage: Storage): Promise<Manifest | undefined> {
  const removed = await readManifest(storage).catch(() => undefined);
  const { journal, cocoParts, failures, summary, manifest, ownFiles } = RUN_FILES;
  const sizes = await Promise.all([manifest, journal].map((name) => storage.sizeOf(name)));
  if (sizes.every((size) => size === undefined)) return undefined;
  // first, so that a journal of records that are gone is not gone on with when this is killed
  await storage.remove(manifest);
  await removeRecords(storage);
  const lists: string[] = [ownFiles];
  for await (const name of storage.list(EXPORT_LISTS)) lists.push(name);
  for (const list of lists) {
    const files = await OwnFiles.open(storage, list);
    await files.remove(files.before);
    await storage.remove(list);
  }
  for (const name of [cocoParts, failures, summary, journal]) await storage.remove(name);
  return removed;
}

async function removeRecords(storage: Storage): Promise<void> {
  let last = '';
  for await (const lines of journalLines(storage, { skipDamaged: true })) {
    for (const line of lines) {
      if (line.state !== 'done' || line.output === last) continue;
      last = line.output;
      // a journal is a file that anyone may have edited: it may name what cannot be removed
      await storage.remove(line.output).catch(() => undefined);
    }
  }
}

import { FolderStorage } from './folder-storage.js';
import type { Storage } from './storage.js';

/**
 * The storage that a location names: a folder of this machine, or one that it can reach.
 *
 * @param temporaryName - Below it: where files are until they are whole, where a storage needs that. Several processes that write to one
 *   place take different ones. @default that of a run which has the place for itself
 */
export function openStorage(location: string, temporaryName?: string): Storage {
  return new FolderStorage(location, temporaryName);
}

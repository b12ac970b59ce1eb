import { basename, dirname } from 'node:path';
import { SamError } from '../../errors.js';
import { type GroundTruth, groundTruthOfCoco } from '../../formats/coco/read-ground-truth.js';
import { FolderStorage } from '../../storage/folder-storage.js';

/**
 * Reads what people drew.
 *
 * @param path - Of a COCO file.
 * @throws SamError `bad-usage` when it is not there, `bad-prompt` when it is no COCO file.
 */
export async function readTruth(path: string): Promise<GroundTruth> {
  const bytes = await new FolderStorage(dirname(path)).read(basename(path));
  if (!bytes) throw new SamError('bad-usage', `Expected a COCO file for --gt but there is none at ${path}`);
  return groundTruthOfCoco({ text: new TextDecoder().decode(bytes), file: path });
}

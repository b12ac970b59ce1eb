import { SamError } from '../../errors.js';
import { type GroundTruth, groundTruthOfCoco } from '../../formats/coco/read-ground-truth.js';
import { openStorage, splitLocation } from '../../storage/open-storage.js';

/**
 * Reads what people drew.
 *
 * @param path - Of a COCO file, or its s3:// address.
 * @throws SamError `bad-usage` when it is not there, `bad-prompt` when it is no COCO file.
 */
export async function readTruth(path: string): Promise<GroundTruth> {
  const [folder, name] = splitLocation(path);
  const bytes = await openStorage(folder).read(name);
  if (!bytes) throw new SamError('bad-usage', `Expected a COCO file for --gt but there is none at ${path}`);
  return groundTruthOfCoco({ text: new TextDecoder().decode(bytes), file: path });
}

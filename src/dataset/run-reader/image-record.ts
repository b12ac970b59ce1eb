import { SamError } from '../../errors.js';
import { imageResultOfSa1b } from '../../formats/sa1b/read.js';
import type { ImageResult } from '../../sam/found-mask.js';
import type { Storage } from '../../storage/storage.js';
import { RUN_FILES } from '../run-folder/file-names.js';
import type { DoneLine } from '../run-folder/journal-lines.js';
import { findRecord, type RecordBytes } from './record-bytes.js';

/** What a run made of an image. */
export interface ImageRecord extends Pick<RecordBytes, 'name' | 'image'> {
  readonly result: ImageResult;
}

/**
 * What a run made of an image, from where its journal says that it is.
 *
 * @throws SamError `bad-run-folder` when it is not there or damaged.
 */
export async function imageRecordOf(storage: Storage, line: DoneLine): Promise<ImageRecord> {
  const file = storage.locate(line.output);
  try {
    const record = await findRecord(storage, line);
    if (!record) throw new SamError('bad-run-folder', 'it is not there');
    const { text, ...rest } = record;
    return { ...rest, result: { ...imageResultOfSa1b({ text, file }), imageId: line.image_id } };
  } catch (error) {
    if (!(error instanceof SamError)) throw error;
    throw new SamError(
      'bad-run-folder',
      `Expected the result of ${line.image} in ${file} but could not read it: ${error.message}`,
      `Put a whole one back; or remove the line of that image from ${storage.locate(RUN_FILES.journal)} and run the same command again: the image is done again.`,
    );
  }
}

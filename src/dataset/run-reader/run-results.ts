import type { ImageResult } from '../../sam/found-mask.js';
import { FingerprintSet } from '../plan/fingerprint-set.js';
import { fitting, withoutExtension } from '../plan/output-names.js';
import { checkHasMasks } from './check-has-masks.js';
import { imageRecordOf } from './image-record.js';
import type { RecordBytes } from './record-bytes.js';
import type { RunReader } from './run-reader.js';

/** An image of a run that is done. */
export interface RunResult extends Pick<RecordBytes, 'image'> {
  /** Name for files about it: with forward slashes, without an extension, no other image has it. */
  readonly name: string;
  /** What the run calls the image's own file: its path or URL, with the name inside an archive behind a `!`. */
  readonly locator: string;
  readonly result: ImageResult;
}

/**
 * The results of all images of a run that are done, in the order of the images; one is in memory at a time, and 17 bytes of each image.
 *
 * @throws SamError `bad-run-folder` when one cannot be read.
 */
export async function* resultsOf(run: RunReader): AsyncGenerator<RunResult> {
  checkHasMasks(run.manifest, run.storage.location);
  const taken = new FingerprintSet();
  for await (const line of run.doneLines()) {
    const { name, result, image } = await imageRecordOf(run.storage, line);
    yield { name: name ?? freeName(result.fileName, taken), locator: line.image, result, ...(image && { image }) };
  }
}

/** A name for an image whose record has none: without its extension, where that is free. */
function freeName(fileName: string, taken: FingerprintSet): string {
  const full = fitting(fileName);
  for (const name of [fitting(withoutExtension(fileName)), full]) if (taken.add(name)) return name;
  for (let copy = 2; ; copy++) if (taken.add(`${full}.${copy}`)) return `${full}.${copy}`;
}

import type { RunFolder } from '../run-folder/run-folder.js';
import { JsonTreeSink } from './json-tree-sink.js';
import { PartFilesSink } from './part-files-sink.js';
import { PART_FORMATS } from './part-format.js';
import type { OutputOptions, ResultSink } from './sink.js';

/** The sink of a run, ready to go on where the run folder's journal ends. */
export async function openSink(output: OutputOptions, runFolder: RunFolder): Promise<ResultSink> {
  const { folder, format, recordsPerFile, copyImages } = output;
  if (format === 'json') return new JsonTreeSink(runFolder.storage);
  const options = {
    folder,
    format: PART_FORMATS[format],
    recordsPerFile,
    copiesImages: format === 'tar' && copyImages,
  };
  return PartFilesSink.open(options, runFolder.journal.lastPart, runFolder.isNew);
}

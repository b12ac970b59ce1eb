import { SamError } from '../../errors.js';
import { checkFolder } from '../../storage/check-folder.js';
import { openStorage } from '../../storage/open-storage.js';
import { isSameFile } from '../../storage/same-file.js';
import type { Storage } from '../../storage/storage.js';
import type { Sink } from '../sinks/sink.js';
import type { DatasetRun } from './dataset-run.js';
import { sinkFor } from './output-formats.js';

/** Where a run writes. */
export interface RunOutput {
  /** It is to be opened. */
  readonly sink: Sink;
  /** Of the run's own files, and for the sink. */
  readonly storage: Storage;
}

/**
 * Where a run writes: `output` in other words, or the given sink and storage.
 *
 * @throws SamError `bad-usage` unless either `output` or `sink` with `storage` is given, for a folder that cannot be one, and for a
 *   folder of overlays that is an input: they would be images of the next start.
 */
export async function outputOf({
  job,
  output,
  sink,
  storage,
  overlayFolder,
  selection,
}: DatasetRun): Promise<RunOutput> {
  for (const input of selection?.inputs ?? []) {
    if (overlayFolder === undefined || !(await isSameFile(input, overlayFolder))) continue;
    const message = `Expected a folder of its own for overlays but ${overlayFolder} is an input`;
    throw new SamError('bad-usage', message, 'Choose another folder.');
  }
  if (overlayFolder !== undefined) await checkFolder(overlayFolder, '--overlay');
  if (output && !sink && !storage) {
    if ((job.kind === 'edges') !== (output.format === 'edge-maps')) {
      throw new SamError(
        'bad-usage',
        `Expected edge-maps for edges, and for nothing else, but received ${output.format}`,
      );
    }
    await checkFolder(output.folder, '--out');
    return { sink: sinkFor(output), storage: openStorage(output.folder) };
  }
  if (sink && storage && !output) return { sink, storage };
  const received = Object.entries({ output, sink, storage }).filter(([, value]) => value !== undefined);
  const names = received.map(([name]) => name).join(' and ') || 'none of them';
  throw new SamError('bad-usage', `Expected either output, or sink and storage, but received ${names}`);
}

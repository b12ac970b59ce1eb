import type { RunFolder } from '../run-folder/run-folder.js';
import { JsonTreeSink } from './json-tree-sink.js';
import { SHARD_FORMATS } from './shard-format.js';
import { ShardSink } from './shard-sink.js';
import type { OutputOptions, ResultSink } from './sink.js';

/** The sink of a run, ready to go on where the run folder's journal ends. */
export async function openSink(output: OutputOptions, runFolder: RunFolder): Promise<ResultSink> {
  const { folder, format, shardSize, copyImages } = output;
  if (format === 'json') return new JsonTreeSink(folder, runFolder.paths.temporary);
  const options = { folder, format: SHARD_FORMATS[format], shardSize, copiesPictures: format === 'tar' && copyImages };
  return ShardSink.open(options, runFolder.journal.lastShard, runFolder.isNew);
}

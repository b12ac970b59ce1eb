import { sa1bFileOf, sa1bJsonOf } from '../../formats/sa1b/write.js';
import { FileTreeSink } from './file-tree-sink.js';

/** One SA-1B JSON file an image. */
export function jsonTreeSink(): FileTreeSink {
  return new FileTreeSink('json', '.json', ({ result }) => sa1bJsonOf(sa1bFileOf(result)));
}

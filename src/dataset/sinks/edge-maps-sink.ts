import { greyPngOf } from '../../image/encode-image.js';
import { FileTreeSink } from './file-tree-sink.js';

/** A grey PNG of the edges of each image. Masks are not written. */
export function edgeMapsSink(): FileTreeSink {
  return new FileTreeSink('edge-maps', '.png', ({ name, edges }) => {
    // a mistake of the program, not of the user
    if (!edges) throw new Error(`Expected the edges of ${name}`);
    return greyPngOf(edges);
  });
}

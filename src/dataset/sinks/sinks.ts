import { CocoSink } from './coco-sink.js';
import { edgeMapsSink } from './edge-maps-sink.js';
import { jsonTreeSink } from './json-tree-sink.js';
import { PartFilesSink, type PartFilesSinkOptions } from './part-files-sink.js';
import type { Sink } from './sink.js';

/** Every kind of sink by its name. */
const SINKS = {
  json: jsonTreeSink,
  ndjson: (options: PartFilesSinkOptions) => new PartFilesSink('ndjson', options),
  'ndjson.gz': (options: PartFilesSinkOptions) => new PartFilesSink('ndjson.gz', options),
  tar: (options: PartFilesSinkOptions) => new PartFilesSink('tar', options),
  coco: () => new CocoSink(),
  'edge-maps': edgeMapsSink,
};

/** See {@link SINK_FORMATS}. */
export type SinkFormat = keyof typeof SINKS;

/** Names of the sinks. */
export const SINK_FORMATS = Object.keys(SINKS) as readonly SinkFormat[];

/** How results are written, and where. */
export interface SinkOptions extends PartFilesSinkOptions {
  /** Folder of the results. */
  readonly folder: string;
  /**
   * One SA-1B JSON file an image; the same with one COCO file of all; or many records a file: NDJSON, gzipped NDJSON, or tar as
   * SA-1B has it. For edges instead of masks, and for nothing else: one PNG an image.
   */
  readonly format: SinkFormat;
}

/** The sink that the options ask for; it is to be opened. */
export function sinkOf(options: SinkOptions): Sink {
  return SINKS[options.format](options);
}

import { EXPORT_FORMATS, type ExportFormat } from '../export/export-formats.js';
import { ExportSink } from '../export/export-sink.js';
import type { Sink } from '../sinks/sink.js';
import { SINK_FORMATS, type SinkFormat, type SinkOptions, sinkOf } from '../sinks/sinks.js';

/** Exports that are what a run makes anyway, or that a sink of its own makes as images are done. */
type MadeOtherwise = 'coco' | 'sa1b';

/** See {@link OUTPUT_FORMATS}. */
export type OutputFormat = SinkFormat | Exclude<ExportFormat, MadeOtherwise>;

function isSinkFormat(format: OutputFormat): format is SinkFormat {
  return (SINK_FORMATS as readonly string[]).includes(format);
}

/** Names of the formats of masks, as `--out-format` takes them. */
export const OUTPUT_FORMATS: readonly OutputFormat[] = [
  ...SINK_FORMATS.filter((format) => format !== 'edge-maps'),
  ...EXPORT_FORMATS.filter((each): each is Exclude<ExportFormat, MadeOtherwise> => each !== 'coco' && each !== 'sa1b'),
];

/** How results are written, and where. */
export interface OutputOptions extends Omit<SinkOptions, 'format'> {
  /**
   * One SA-1B JSON file an image; the same with one COCO file of all; many records a file: NDJSON, gzipped NDJSON, or tar as SA-1B has
   * it; or JSON files with an export of the whole run at its end. A job of edges takes `edge-maps`, one PNG an image, and no other.
   */
  readonly format: OutputFormat;
}

/** The sink that the options ask for; it is to be opened. */
export function sinkFor({ format, ...options }: OutputOptions): Sink {
  return isSinkFormat(format) ? sinkOf({ ...options, format }) : new ExportSink(format);
}

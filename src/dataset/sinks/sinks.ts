import { writeCocoFile } from './coco-file.js';
import { JsonTreeSink } from './json-tree-sink.js';
import { PartFilesSink } from './part-files-sink.js';
import { PART_FORMATS } from './part-format.js';
import type { OpenSink, OutputOptions, Sink, SinkRun } from './sink.js';

/** The sink that the options ask for; it is to be opened. */
export function sinkOf(output: OutputOptions): Sink {
  const { folder, format, copyImages } = output;
  let sink: OpenSink | undefined;
  let run: SinkRun;
  return {
    identity: outputIdentityOf(output),
    isOrdered: format !== 'json' && format !== 'coco',
    copiesImages: format === 'tar' && copyImages,
    allowsDots: format !== 'tar',
    async open(given) {
      run = given;
      sink = await openSink(output, run);
    },
    write: (result) => sink!.write(result),
    async finish() {
      if (format !== 'coco' || !run.prompts) return undefined;
      const { path, images, annotations } = await writeCocoFile(folder, run.prompts);
      return `${annotations} annotations of ${images} images in ${path}`;
    },
    close: async () => sink?.close(),
  };
}

async function openSink(output: OutputOptions, { storage, lastPart, isNew }: SinkRun): Promise<OpenSink> {
  const { folder, format, recordsPerFile } = output;
  if (format === 'json' || format === 'coco') return new JsonTreeSink(storage);
  return PartFilesSink.open({ folder, format: PART_FORMATS[format], recordsPerFile }, lastPart, isNew);
}

/** The part of the output options that decides what is written, for the manifest. */
function outputIdentityOf({ format, recordsPerFile, copyImages }: OutputOptions): Readonly<Record<string, unknown>> {
  if (format === 'json' || format === 'coco') return { format: 'json' };
  return {
    format,
    records_per_file: recordsPerFile,
    ...(format === 'tar' && { images: copyImages ? 'copied' : 'left out' }),
  };
}

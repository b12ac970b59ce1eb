import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { ndjsonLineOf, sa1bFileOf, sa1bJsonOf } from '../../formats/sa1b/write.js';
import { TAR_TRAILER } from '../run-reader/tar-trailer.js';
import type { NamedResult } from './sink.js';

/** How records follow each other in one file. Files of the same records are the same to the byte, whenever made. */
export interface PartFormat {
  /** End of the file names, with its dot. */
  readonly extension: string;
  /** The bytes of one record: whatever comes before, they can be appended. */
  bytesOf(result: NamedResult): Promise<Uint8Array>;
  /** What ends a finished file. Without it the file is valid too, up to its last record. */
  readonly trailer: Uint8Array;
}

const gzipped = promisify(gzip);

async function tarBytesOf({ name, result, image }: NamedResult): Promise<Uint8Array> {
  const archive = pack();
  const common = { mtime: new Date(0), mode: 0o644, type: 'file' } as const;
  if (image) archive.entry({ ...common, name: name + image.extension }, Buffer.from(image.bytes));
  archive.entry({ ...common, name: `${name}.json` }, sa1bJsonOf(sa1bFileOf(result)));
  archive.finalize();
  const bytes = await buffer(archive);
  return bytes.subarray(0, bytes.length - TAR_TRAILER.length);
}

/** The formats that hold many records a file. */
export const PART_FORMATS = {
  ndjson: {
    extension: '.ndjson',
    bytesOf: async ({ result }) => Buffer.from(ndjsonLineOf(sa1bFileOf(result))),
    trailer: new Uint8Array(),
  },
  // a gzip member a record: members that follow each other are one valid file, wherever it ends
  'ndjson.gz': {
    extension: '.ndjson.gz',
    bytesOf: ({ result }) => gzipped(ndjsonLineOf(sa1bFileOf(result))),
    trailer: new Uint8Array(),
  },
  tar: { extension: '.tar', bytesOf: tarBytesOf, trailer: TAR_TRAILER },
} as const satisfies Readonly<Record<string, PartFormat>>;

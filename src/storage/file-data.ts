import type { FileData } from './storage.js';

/** The data failed, not the file: a damaged record is no full disk. */
export class DataFault extends Error {}

/** What is written, in pieces of bytes. @throws DataFault around what the data throws */
export async function* piecesOf(data: FileData): AsyncGenerator<Uint8Array> {
  if (typeof data === 'string' || data instanceof Uint8Array) {
    yield bytesOf(data);
    return;
  }
  try {
    for await (const piece of data) yield bytesOf(piece);
  } catch (cause) {
    throw new DataFault('', { cause });
  }
}

function bytesOf(piece: string | Uint8Array): Uint8Array {
  return typeof piece === 'string' ? Buffer.from(piece) : piece;
}

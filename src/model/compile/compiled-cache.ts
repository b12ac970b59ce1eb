/**
 * Compiled decoders in the user's cache folder.
 *
 * One file an export, named by the sha256 of the export and the compiler's version: a sha256 of all that follows, the length
 * of a JSON header, the header, the graphs. Whoever reads it checks the sum, so that a damaged file is simply not there.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { writeAtomic } from '../../storage/write-atomic.js';
import { COMPILER_VERSION, type CompiledDecoder, type CompiledShape } from './compile-decoder.js';

interface Header {
  readonly shape: CompiledShape;
  readonly imageBytes: number;
  readonly promptsBytes: number;
}

const SUM_BYTES = 32;
const LENGTH_BYTES = 4;

/** The folder of compiled graphs: SAM_CLI_CACHE_DIR, or sam-cli's in the user's cache folder. */
export function compiledCacheDir(): string {
  return process.env.SAM_CLI_CACHE_DIR || envPaths('sam-cli', { suffix: '' }).cache;
}

/** Where the compiled form of an export is kept. */
export function compiledCachePath(source: Uint8Array, cacheDir: string): string {
  const sha256 = createHash('sha256').update(source).digest('hex');
  return join(cacheDir, 'compiled-decoders', `${sha256}-v${COMPILER_VERSION}.bin`);
}

/** The compiled decoder kept at `path`, or undefined when there is none that is whole. */
export async function keptDecoder(path: string): Promise<CompiledDecoder | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch {
    return undefined;
  }
  const start = SUM_BYTES + LENGTH_BYTES;
  if (bytes.length < start || !sumOf(bytes.subarray(SUM_BYTES)).equals(bytes.subarray(0, SUM_BYTES))) return undefined;
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(SUM_BYTES, true);
  const graphs = start + headerBytes;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(start, graphs))) as Header;
  return {
    shape: header.shape,
    image: bytes.subarray(graphs, graphs + header.imageBytes),
    prompts: bytes.subarray(graphs + header.imageBytes, graphs + header.imageBytes + header.promptsBytes),
  };
}

/**
 * Keeps a compiled decoder at `path`: written beside it and renamed, so that no reader sees half a file.
 *
 * A folder that cannot be written is no reason to stop; the decoder is compiled again next time.
 */
export async function keepDecoder(path: string, compiled: CompiledDecoder): Promise<void> {
  const header: Header = {
    shape: compiled.shape,
    imageBytes: compiled.image.length,
    promptsBytes: compiled.prompts.length,
  };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, headerBytes.length, true);
  const body = Buffer.concat([length, headerBytes, compiled.image, compiled.prompts]);
  await writeAtomic(path, Buffer.concat([sumOf(body), body]), { sync: false }).catch(() => undefined);
}

function sumOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

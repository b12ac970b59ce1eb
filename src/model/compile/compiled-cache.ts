/**
 * Compiled decoders in the user's cache folder.
 *
 * One file an export and device, named by the sha256 of the export and the compiler's version: a sha256 of all that follows, the length
 * of a JSON header, the header, the graphs. Whoever reads it checks the sum, so that a damaged file is simply not there.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import type { CacheFolder } from '../../storage/cache-folder.js';
import { COMPILER_VERSION, type CompiledDecoder, type CompiledShape } from './compiled-form.js';

interface Header {
  readonly shape: CompiledShape;
  readonly imageBytes: number;
  readonly promptsBytes: number;
  /** 0 where there is no mask graph. */
  readonly maskBytes: number;
}

const SUM_BYTES = 32;
const LENGTH_BYTES = 4;

/**
 * The name of an export's compiled form in the cache folder.
 *
 * @param sha256 - Of the export, lower-case hex.
 * @param provider - Where it was found to agree with the export.
 */
export function compiledCacheName(sha256: string, provider: string): string {
  const device = provider === 'cpu' ? '' : `-${provider}`;
  return `compiled-decoders/${sha256}-v${COMPILER_VERSION}${device}.bin`;
}

/** The compiled decoder kept under that name, or undefined when there is none that is whole. */
export async function keptDecoder(files: CacheFolder, name: string): Promise<CompiledDecoder | undefined> {
  const bytes = await files.read(name);
  if (!bytes) return undefined;
  const start = SUM_BYTES + LENGTH_BYTES;
  if (bytes.length < start || !sumOf(bytes.subarray(SUM_BYTES)).equals(bytes.subarray(0, SUM_BYTES))) return undefined;
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(SUM_BYTES, true);
  const graphs = start + headerBytes;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(start, graphs))) as Header;
  const { shape, imageBytes, promptsBytes, maskBytes } = header;
  const prompts = graphs + imageBytes;
  const mask = prompts + promptsBytes;
  return {
    shape,
    image: bytes.subarray(graphs, prompts),
    prompts: bytes.subarray(prompts, mask),
    ...(maskBytes > 0 && { mask: bytes.subarray(mask, mask + maskBytes) }),
  };
}

/** Keeps a compiled decoder under that name. */
export async function keepDecoder(files: CacheFolder, name: string, compiled: CompiledDecoder): Promise<void> {
  const { shape, image, prompts, mask = new Uint8Array(0) } = compiled;
  const header: Header = {
    shape,
    imageBytes: image.length,
    promptsBytes: prompts.length,
    maskBytes: mask.length,
  };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, headerBytes.length, true);
  const body = Buffer.concat([length, headerBytes, image, prompts, mask]);
  await files.keep(name, Buffer.concat([sumOf(body), body]));
}

function sumOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

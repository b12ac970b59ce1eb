import { createHash } from 'node:crypto';
import { messageOf } from '../../errors.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import { CacheFolder } from '../../storage/cache-folder.js';
import { userCacheDir } from '../../storage/user-cache.js';
import { type CompiledDecoder, compileDecoder } from '../compile/compile-decoder.js';
import { compiledCacheName, keepDecoder, keptDecoder } from '../compile/compiled-cache.js';
import type { DecoderContract } from '../contracts/contract.js';
import { disagreement } from './agreement.js';
import { compiledDecoder } from './compiled-decoder.js';
import type { Decoder, DecoderForm } from './decoder.js';
import type { Device } from './device.js';
import { exportedDecoder } from './exported-decoder.js';

/** Something the user should know about a decoder that was loaded. */
export interface DecoderNotice {
  /** It runs as exported, or its compiled form cannot be kept. */
  readonly kind: 'decoder-as-exported' | 'not-kept';
  /** Why, a sentence that ends in a full stop. */
  readonly reason: string;
}

/** Settings of {@link loadDecoder}. */
export interface DecoderOptions {
  /** Threads that one run may use; 0 for all cores. @default 0 */
  readonly threads?: number;
  /** Where decoders run that are not compiled: the compiled form is made for the cpu. @default 'cpu' */
  readonly device?: Device;
  /** Folder of compiled graphs. @default the user's cache folder, or SAM_CLI_CACHE_DIR */
  readonly cacheDir?: string;
  /** Of the file and its weights, lower-case hex, where it is known (see `sumOf`). @default computed */
  readonly sha256?: string;
  /** Hears why a decoder runs slower than it could. */
  readonly onNotice?: (notice: DecoderNotice) => void;
  /** `as-exported` does not compile. @default 'compiled' */
  readonly form?: DecoderForm;
}

/**
 * Loads a decoder.
 *
 * One of SAM 1's architecture is compiled (docs/decoder-compiler.md) and, the first time, compared with the export on a few prompts; the
 * compiled form is then kept in the cache folder. A decoder that cannot be compiled, or does not agree, runs as exported, and
 * `onNotice` hears why. Other architectures run as exported.
 *
 * @param bytes - The ONNX file.
 * @throws {@link SamError} `bad-model` when the bytes are not a decoder of that family, `bad-usage` when it is not compiled and the device
 *   cannot be used.
 */
export async function loadDecoder(
  bytes: Uint8Array,
  contract: DecoderContract,
  geometry: ModelGeometry,
  options: DecoderOptions = {},
): Promise<Decoder> {
  const { threads = 0, cacheDir = userCacheDir() } = options;
  if (!contract.isSam1 || options.form === 'as-exported') {
    return exportedDecoder(bytes, contract, geometry, threads, options.device);
  }
  const files = new CacheFolder(cacheDir, {
    content: 'compiled decoders',
    onNotice: (reason) => options.onNotice?.({ kind: 'not-kept', reason }),
  });
  const name = compiledCacheName(options.sha256 ?? createHash('sha256').update(bytes).digest('hex'));
  const kept = await keptDecoder(files, name);
  if (kept) return compiledDecoder(kept, geometry, threads);

  try {
    const compiled = compileDecoder(bytes);
    const decoder = await agreeingDecoder(compiled, bytes, contract, geometry, threads);
    await keepDecoder(files, name, compiled);
    return decoder;
  } catch (error) {
    // whatever stands in the compiler's way, the export may still run; if it cannot, that is the error to report
    const exported = await exportedDecoder(bytes, contract, geometry, threads, options.device);
    options.onNotice?.({ kind: 'decoder-as-exported', reason: messageOf(error) });
    return exported;
  }
}

/**
 * A compiled decoder that was compared with its export, on the cpu.
 *
 * @throws an error with a sentence when they disagree; otherwise what loading either throws.
 */
async function agreeingDecoder(
  compiled: CompiledDecoder,
  bytes: Uint8Array,
  contract: DecoderContract,
  geometry: ModelGeometry,
  threads: number,
): Promise<Decoder> {
  const decoder = await compiledDecoder(compiled, geometry, threads);
  try {
    const exported = await exportedDecoder(bytes, contract, geometry, threads);
    const reason = await disagreement(decoder, exported, compiled.shape, geometry).finally(() => exported.release());
    if (reason !== undefined) throw new Error(reason);
    return decoder;
  } catch (error) {
    await decoder.release();
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { messageOf } from '../../errors.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import { CacheFolder } from '../../storage/cache-folder.js';
import { userCacheDir } from '../../storage/user-cache.js';
import { compiledCacheName, keepDecoder, keptDecoder } from '../compile/compiled-cache.js';
import type { CompiledDecoder } from '../compile/compiled-form.js';
import type { DecoderContract } from '../contracts/contract.js';
import { disagreement } from './agreement.js';
import { type CompiledRunOptions, compiledDecoder } from './compiled-decoder.js';
import type { Decoder, DecoderForm } from './decoder.js';
import { type Device, decodingOn, onDevice, type Provider } from './device.js';
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
  /** Where it runs, which decides in what form it is compiled. @default 'cpu' */
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
 * One of SAM 1's architecture is compiled for the device (docs/decoder-compiler.md) and, the first time on it, compared with the export
 * on a few prompts; the compiled form is then kept in the cache folder. A decoder that cannot be compiled, or does not agree, runs as
 * exported, and `onNotice` hears why. Other architectures run as exported.
 *
 * @param bytes - The ONNX file.
 * @throws {@link SamError} `bad-model` when the bytes are not a decoder of that family, `bad-usage` when the device cannot be used.
 */
export async function loadDecoder(
  bytes: Uint8Array,
  contract: DecoderContract,
  geometry: ModelGeometry,
  options: DecoderOptions = {},
): Promise<Decoder> {
  const { device = 'cpu', threads } = options;
  const asExported = !contract.isSam1 || options.form === 'as-exported';
  const { made } = await onDevice(device, (provider) =>
    asExported
      ? exportedDecoder(bytes, contract, geometry, threads, provider)
      : compiledOn(provider, bytes, contract, geometry, options),
  );
  return made;
}

/** The compiled form for a provider, or the export on it, where it cannot be compiled. */
async function compiledOn(
  provider: Provider,
  bytes: Uint8Array,
  contract: DecoderContract,
  geometry: ModelGeometry,
  options: DecoderOptions,
): Promise<Decoder> {
  const { threads = 0, cacheDir = userCacheDir() } = options;
  const { promptsPerRun, operators } = decodingOn(provider);
  const run = { threads, provider, promptsPerRun };
  const files = new CacheFolder(cacheDir, {
    content: 'compiled decoders',
    onNotice: (reason) => options.onNotice?.({ kind: 'not-kept', reason }),
  });
  const sha256 = options.sha256 ?? createHash('sha256').update(bytes).digest('hex');
  const name = compiledCacheName(sha256, provider);
  const kept = await keptDecoder(files, name);
  if (kept) return compiledDecoder(kept, geometry, run);

  try {
    // loading the compiler takes longer than loading a decoder that was kept
    const { compileDecoder } = await import('../compile/compile-decoder.js');
    const compiled = compileDecoder(bytes, { operators, isBatched: promptsPerRun > 1 });
    const decoder = await agreeingDecoder(compiled, bytes, contract, geometry, run);
    await keepDecoder(files, name, compiled);
    return decoder;
  } catch (error) {
    // whatever stands in the compiler's way, the export may still run; if it cannot, that is the error to report
    const exported = await exportedDecoder(bytes, contract, geometry, threads, provider);
    options.onNotice?.({ kind: 'decoder-as-exported', reason: messageOf(error) });
    return exported;
  }
}

/**
 * A compiled decoder that was compared with its export on the cpu.
 *
 * @throws an error with a sentence when they disagree; otherwise what loading either throws.
 */
async function agreeingDecoder(
  compiled: CompiledDecoder,
  bytes: Uint8Array,
  contract: DecoderContract,
  geometry: ModelGeometry,
  run: CompiledRunOptions,
): Promise<Decoder> {
  const decoder = await compiledDecoder(compiled, geometry, run);
  try {
    const exported = await exportedDecoder(bytes, contract, geometry, run.threads);
    const asked = disagreement(decoder, exported, compiled.shape, geometry, run.provider);
    const reason = await asked.finally(() => exported.release());
    if (reason !== undefined) throw new Error(reason);
    return decoder;
  } catch (error) {
    await decoder.release();
    throw error;
  }
}

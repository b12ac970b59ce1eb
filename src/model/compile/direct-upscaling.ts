import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import type { DecoderWeights } from './decoder-weights.js';
import { centredUpscaling } from './identities/centred-norm.js';
import { coveredTokens } from './identities/covered-tokens.js';
import { type ImageTokens, withOffset } from './identities/token-to-image.js';
import { upscalingAsProduct } from './identities/upscaling.js';
import { linear } from './token-ops.js';

/** The first upscaling step as one product over the covered tokens, [B, n, 4 c]. */
export function directUpscaling(
  graph: GraphBuilder,
  weights: DecoderWeights,
  image: ImageTokens,
  covered: Value,
): Value {
  const step = upscalingAsProduct(centredUpscaling(weights.upscaling1));
  const tokens = coveredTokens(graph, 'covered', image.tokens, covered, weights);
  return linear(graph, 'upscaling1', tokens, withOffset(step, image.offset));
}

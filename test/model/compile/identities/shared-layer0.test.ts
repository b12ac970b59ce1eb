import { test } from 'node:test';
import type { LayerWeights } from '../../../../src/model/compile/decoder-weights.js';
import {
  layer0ImageToToken,
  layer0TokenToImage,
  sharedLayer0Projections,
} from '../../../../src/model/compile/identities/shared-layer0.js';
import { closeTo } from '../../../support/close-to.js';
import {
  added,
  attendedOf,
  attentionWeightsOf,
  flat,
  randomAttention,
  randomMatrix,
  turned,
} from '../../../support/plain-decoder.js';
import { runGraph } from '../../../support/run-graph.js';

test('layer 0 with the projections shared by all prompts attends like layer 0', async () => {
  const [C, T, N, prompts] = [12, 3, 20, 2];
  const layer = {
    tokenToImage: randomAttention(C, 8, 2),
    imageToToken: randomAttention(C, 6, 3),
  } as LayerWeights;
  const tokens = Array.from({ length: prompts }, () => randomMatrix(T, C));
  const image = randomMatrix(N, C);
  const positions = randomMatrix(N, C);
  const inputs = {
    tokens: { dims: [prompts, T, C], data: flat(tokens.flat()) },
    image: { dims: [N, C], data: flat(image) },
    positions: { dims: [N, C], data: flat(positions) },
  };
  const [seen, weights] = await runGraph(inputs, (graph, { tokens, image, positions }) => {
    const shared = sharedLayer0Projections(graph, layer, image, positions);
    return [
      layer0TokenToImage(graph, 't2i', layer, tokens, shared),
      layer0ImageToToken(graph, 'i2t', layer, tokens, shared.query, N),
    ];
  });
  const { tokenToImage, imageToToken } = layer;
  const withPositions = added(image, positions);
  const expected = tokens.map((queries) =>
    attendedOf(tokenToImage, attentionWeightsOf(tokenToImage, queries, withPositions), image),
  );
  closeTo(seen, flat(expected.flat()));
  closeTo(weights, flat(tokens.flatMap((keys) => turned(attentionWeightsOf(imageToToken, withPositions, keys)))));
});

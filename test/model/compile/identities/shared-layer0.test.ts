import { test } from 'node:test';
import type { DecoderWeights } from '../../../../src/model/compile/decoder-weights.js';
import { layer0ImageToToken, layer0TokenToImage } from '../../../../src/model/compile/identities/shared-layer0.js';
import { columnPositions, layer0Readings, outputReading, SHARED } from '../../../../src/model/compile/shared-image.js';
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
  const [C, T, gridHigh, gridWide, prompts] = [12, 3, 4, 5, 2];
  const N = gridHigh * gridWide;
  const tokenToImage = randomAttention(C, 8, 2);
  const imageToToken = randomAttention(C, 6, 3);
  const layer = { tokenToImage, imageToToken };
  const gaussian = flat(randomMatrix(2, C / 2));
  const weights = { width: C, gridHigh, gridWide, gaussian, layers: [layer] } as unknown as DecoderWeights;
  const tokens = Array.from({ length: prompts }, () => randomMatrix(T, C));
  const image = randomMatrix(N, C);
  const encoding = columnPositions(weights);
  const positions = image.map((_, i) => Array.from(encoding.subarray(i * C, (i + 1) * C)));
  const inputs = {
    tokens: { dims: [prompts, T, C], data: flat(tokens.flat()) },
    image: { dims: [N, C], data: flat(image) },
  };
  const [seen, shares] = await runGraph(inputs, (graph, { tokens, image }) => {
    const positions = graph.constant('pe', { dims: [N, C], data: encoding });
    const images = { x0: image, 'x0 + pe': graph.node('Add', 'x0 + pe', [image, positions]), f: image };
    for (const reading of layer0Readings(weights)) outputReading(graph, reading, images[reading.of], weights);
    const [first] = weights.layers;
    return [
      layer0TokenToImage(graph, 't2i', first, tokens, { key: SHARED.key(0), value: SHARED.value(0) }),
      layer0ImageToToken(graph, 'i2t', first, tokens, SHARED.query(0), N),
    ];
  });
  const withPositions = added(image, positions);
  const expected = tokens.map((queries) =>
    attendedOf(tokenToImage, attentionWeightsOf(tokenToImage, queries, withPositions), image),
  );
  closeTo(seen, flat(expected.flat()));
  closeTo(shares, flat(tokens.flatMap((keys) => turned(attentionWeightsOf(imageToToken, withPositions, keys)))));
});

import { test } from 'node:test';
import {
  centredNorm,
  centredOutput,
  residualBiasFolded,
} from '../../../../src/model/compile/identities/centred-norm.js';
import { imageToTokenOutput, imageToTokenRows } from '../../../../src/model/compile/identities/image-to-token.js';
import { closeTo } from '../../../support/close-to.js';
import {
  added,
  attendedOf,
  attentionWeightsOf,
  flat,
  normOf,
  randomAttention,
  randomMatrix,
  randomNorm,
  turned,
} from '../../../support/plain-decoder.js';
import { runGraph } from '../../../support/run-graph.js';

test('with the means taken out ahead of time, the normalisation needs none', async () => {
  const [C, T, N, H] = [12, 3, 20, 2];
  const attention = randomAttention(C, 8, H);
  const norm = randomNorm(C);
  const image = randomMatrix(N, C);
  const tokens = randomMatrix(T, C);
  const weights = attentionWeightsOf(attention, image, tokens);
  const inputs = {
    image: { dims: [N, C], data: flat(image) },
    weights: { dims: [1, H * T, N], data: flat(turned(weights)) },
    tokens: { dims: [1, T, C], data: flat(tokens) },
  };
  const [unshifted] = await runGraph(inputs, (graph, { image, weights, tokens }) => {
    const folded = residualBiasFolded(graph, 'x0', image, attention.out.bias);
    const rows = imageToTokenRows(graph, 'i2t', centredOutput(attention), tokens);
    return centredNorm(graph, 'norm', imageToTokenOutput(graph, 'i2t', folded, weights, rows), norm);
  });
  const sum = added(image, attendedOf(attention, weights, tokens));
  closeTo(
    unshifted.map((value, i) => value + norm.shift[i % C]),
    flat(normOf(sum, norm)),
  );
});

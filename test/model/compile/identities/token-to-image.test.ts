import { test } from 'node:test';
import { tokenToImageScores, tokenToImageValues } from '../../../../src/model/compile/identities/token-to-image.js';
import { closeTo } from '../../../support/close-to.js';
import {
  added,
  attendedOf,
  attentionWeightsOf,
  flat,
  randomAttention,
  randomMatrix,
} from '../../../support/plain-decoder.js';
import { runGraph } from '../../../support/run-graph.js';

const [C, T, N, H] = [12, 3, 20, 2];
const attention = randomAttention(C, 8, H);
const queries = randomMatrix(T, C);
const image = randomMatrix(N, C);
const positions = randomMatrix(N, C);

test('token->image scores: the key projection moves to the tokens, its bias cancels', async () => {
  const inputs = {
    queries: { dims: [1, T, C], data: flat(queries) },
    image: { dims: [1, N, C], data: flat(added(image, positions)) },
  };
  const [weights] = await runGraph(inputs, (graph, { queries, image }) =>
    tokenToImageScores(graph, 't2i', attention, queries, image),
  );
  closeTo(weights, flat(attentionWeightsOf(attention, queries, added(image, positions)).flat()));
});

test('token->image values: weighted means of image tokens are projected afterwards', async () => {
  const weights = attentionWeightsOf(attention, queries, image);
  const inputs = {
    weights: { dims: [1, H * T, N], data: flat(weights.flat()) },
    image: { dims: [1, N, C], data: flat(image) },
  };
  const [attended] = await runGraph(inputs, (graph, { weights, image }) =>
    tokenToImageValues(graph, 't2i', attention, weights, image),
  );
  closeTo(attended, flat(attendedOf(attention, weights, image)));
});

test('token->image values: an offset of all image tokens goes into the bias', async () => {
  const weights = attentionWeightsOf(attention, queries, image);
  const [offset] = randomMatrix(1, C);
  const inputs = {
    weights: { dims: [1, H * T, N], data: flat(weights.flat()) },
    image: { dims: [1, N, C], data: flat(image) },
  };
  const [attended] = await runGraph(inputs, (graph, { weights, image }) =>
    tokenToImageValues(graph, 't2i', attention, weights, image, Float32Array.from(offset)),
  );
  const whole = image.map((row) => row.map((value, i) => value + offset[i]));
  closeTo(attended, flat(attendedOf(attention, weights, whole)));
});

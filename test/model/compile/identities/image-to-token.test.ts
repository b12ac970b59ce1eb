import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  imageToTokenOutput,
  imageToTokenRows,
  imageToTokenScores,
  softmaxOverTokens,
} from '../../../../src/model/compile/identities/image-to-token.js';
import { closeTo } from '../../../support/close-to.js';
import {
  added,
  attendedOf,
  attentionWeightsOf,
  flat,
  randomAttention,
  randomMatrix,
  softmaxOf,
  turned,
} from '../../../support/plain-decoder.js';
import { runGraph } from '../../../support/run-graph.js';

const [C, T, N, H] = [12, 3, 20, 2];
const attention = randomAttention(C, 8, H);
const keys = randomMatrix(T, C);
const image = randomMatrix(N, C);
const positions = randomMatrix(N, C);

test('image->token scores: the query projection moves to the tokens, its bias stays', async () => {
  const inputs = {
    keys: { dims: [1, T, C], data: flat(keys) },
    image: { dims: [1, N, C], data: flat(added(image, positions)) },
  };
  const [weights] = await runGraph(inputs, (graph, { keys, image }) =>
    imageToTokenScores(graph, 'i2t', attention, keys, image, N),
  );
  closeTo(weights, flat(turned(attentionWeightsOf(attention, added(image, positions), keys))));
});

test('softmax over tokens: the same as row by row, however large the scores', async () => {
  const scores = randomMatrix(H * T, N).map((row, i) => row.map((value) => value * (i % 2 === 0 ? 300 : 3)));
  const inputs = { scores: { dims: [1, H, T, N], data: flat(scores) } };
  const [weights] = await runGraph(inputs, (graph, { scores }) => softmaxOverTokens(graph, 'softmax', scores, N));
  const expected = Array.from({ length: H }, (_, h) =>
    Array.from({ length: N }, (_, n) => softmaxOf(scores.slice(h * T, (h + 1) * T).map((row) => Math.fround(row[n])))),
  );
  assert.ok(weights.every(Number.isFinite));
  closeTo(weights, flat(turned(expected)));
});

test('image->token output: weighted rows of the tokens, the bias spread over the heads', async () => {
  const weights = attentionWeightsOf(attention, image, keys);
  const values = randomMatrix(T, C);
  const inputs = {
    image: { dims: [1, N, C], data: flat(image) },
    weights: { dims: [1, H * T, N], data: flat(turned(weights)) },
    values: { dims: [1, T, C], data: flat(values) },
  };
  const [output] = await runGraph(inputs, (graph, { image, weights, values }) => {
    const rows = imageToTokenRows(graph, 'i2t', attention, values, attention.out.bias);
    return imageToTokenOutput(graph, 'i2t', image, weights, rows);
  });
  closeTo(output, flat(added(image, attendedOf(attention, weights, values))));
});

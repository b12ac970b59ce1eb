import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { PROMPT_INPUTS } from './compiled-form.js';
import type { DecoderWeights } from './decoder-weights.js';

/**
 * The prompt tokens: IoU token, mask tokens, one token a point.
 *
 * A point's token is the encoding of its position plus the embedding of its label, or the padding embedding alone.
 *
 * @returns [B, T, C]
 */
export function promptTokens(graph: GraphBuilder, weights: DecoderWeights): Value {
  const { width, labelEmbeddings, outputTokens } = weights;
  const coords = graph.input(PROMPT_INPUTS.coords, ['prompts', 'points', 2]);
  const labels = graph.input(PROMPT_INPUTS.labels, ['prompts', 'points']);
  const known = [...labelEmbeddings.keys()];
  const column = graph.node('Unsqueeze', 'labels.column', [labels, graph.integers(-1)]);
  const is = graph.node('Equal', 'labels.known', [
    column,
    graph.constant('labels.values', { dims: [known.length], data: Float32Array.from(known) }),
  ]);
  const embeddings = new Float32Array(known.length * width);
  [...labelEmbeddings.values()].forEach((embedding, i) => {
    embeddings.set(embedding, i * width);
  });
  const added = graph.node('MatMul', 'labels.embedded', [
    graph.node('Cast', 'labels.known.float', [is], { to: 1 }),
    graph.constant('labels.embeddings', { dims: [known.length, width], data: embeddings }),
  ]);
  const isThere = graph.node('Not', 'points.there', [
    graph.node('Equal', 'points.padding', [column, graph.scalar('padding', -1)]),
  ]);
  const position = graph.node('Mul', 'points.encoded.there', [
    encodedPositions(graph, weights, coords),
    graph.node('Cast', 'points.there.float', [isThere], { to: 1 }),
  ]);
  const points = graph.node('Add', 'points', [position, added]);
  const count = graph.node('Shape', 'prompts', [labels], { start: 0, end: 1 });
  const output = graph.constant('output tokens', {
    dims: [1, outputTokens.length / width, width],
    data: outputTokens,
  });
  const shape = graph.node('Concat', 'output tokens.shape', [count, graph.integers(1, 1)], { axis: 0 });
  return graph.node('Concat', 'tokens', [graph.node('Expand', 'output tokens.all', [output, shape]), points], {
    axis: 1,
  });
}

/** Random Fourier features of the pixel centres, step by step as the export takes them. */
function encodedPositions(graph: GraphBuilder, weights: DecoderWeights, coords: Value): Value {
  const { gaussian, inputSize } = weights;
  const centre = graph.node('Add', 'points.centre', [coords, graph.scalar('half a pixel', 0.5)]);
  const unit = graph.node('Div', 'points.unit', [centre, graph.scalar('frame', inputSize)]);
  const twice = graph.node('Mul', 'points.twice', [unit, graph.scalar('two', 2)]);
  const signed = graph.node('Sub', 'points.signed', [twice, graph.scalar('one', 1)]);
  const projected = graph.node('MatMul', 'points.projected', [
    signed,
    graph.constant('gaussian', { dims: [2, gaussian.length / 2], data: gaussian }),
  ]);
  const angle = graph.node('Mul', 'points.angle', [projected, graph.scalar('two pi', 2 * Math.PI)]);
  return graph.node(
    'Concat',
    'points.encoded',
    [graph.node('Sin', 'points.sine', [angle]), graph.node('Cos', 'points.cosine', [angle])],
    { axis: -1 },
  );
}

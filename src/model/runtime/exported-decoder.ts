/**
 * The decoder as it was exported: one prompt a run, everything computed. Slow, and the judge of the compiled one.
 *
 * @module
 */

import * as ort from 'onnxruntime-node';
import { SamError } from '../../errors.js';
import { copyColumnMajor } from '../../mask/logits/column-major.js';
import type { DecodedBatch, DecodeOptions, PromptBatch } from '../../sam/segmentation-model.js';
import { positionalEncoding } from '../compile/positional-encoding.js';
import { exposeMultimask, MASK_TOKEN_IOU, MASK_TOKEN_LOGITS } from '../onnx/expose-multimask.js';
import { GraphView } from '../onnx/graph-view.js';
import { readModel } from '../onnx/model-bytes.js';
import { coveredCells } from './covered-cells.js';
import type { Decoder, ImageDecoder, ImageFrame } from './decoder.js';
import { type FramePoints, PADDING, paddedPrompts } from './padded-prompts.js';

type Feeds = Record<string, ort.Tensor>;

/** How a family of exports takes an image and a prompt. */
interface Contract {
  imageFeeds(embedding: Float32Array, positions?: Float32Array): Feeds;
  promptFeeds(points: FramePoints, prompt: number, maskInput: Float32Array | undefined): Feeds;
}

/** Patches along a side of the frame, where the export leaves them open. */
const DEFAULT_GRID = 64;

/**
 * Runs a decoder export as it is, apart from the outputs ({@link exposeMultimask}).
 *
 * @param bytes - The ONNX file.
 * @throws {@link SamError} `bad-model` when the bytes are not a SAM mask decoder of a known family.
 */
export async function exportedDecoder(bytes: Uint8Array, threads?: number): Promise<Decoder> {
  const edited = exposeMultimask(bytes);
  const view = new GraphView(readModel(edited).graph!);
  const [, width, gridHigh, gridWide] = view.inputDims('image_embeddings') ?? [];
  const grid = { high: gridHigh ?? DEFAULT_GRID, wide: gridWide ?? DEFAULT_GRID };
  const contract = contractOf(view, width, grid);
  const session = await ort.InferenceSession.create(edited, threads ? { intraOpNumThreads: threads } : {});
  const lowResSize = 4 * grid.wide;
  return {
    kind: 'as-exported',
    lowResSize,
    async forImage(embedding, frame, positions) {
      return exportedImageDecoder(session, contract, contract.imageFeeds(embedding, positions), frame);
    },
    release: () => session.release(),
  };
}

function exportedImageDecoder(
  session: ort.InferenceSession,
  contract: Contract,
  imageFeeds: Feeds,
  frame: ImageFrame,
): ImageDecoder {
  let logits = new Float32Array(0);
  return {
    async decode(batch: PromptBatch, options: DecodeOptions = {}): Promise<DecodedBatch> {
      const points = paddedPrompts(batch, frame);
      const threshold = options.predIouThresh ?? Number.NEGATIVE_INFINITY;
      let answer: DecodedBatch | undefined;
      for (let prompt = 0; prompt < batch.count; prompt++) {
        const outputs = await session.run({
          ...imageFeeds,
          ...contract.promptFeeds(points, prompt, batch.maskInput),
        });
        const tokenLogits = outputs[MASK_TOKEN_LOGITS];
        const tokenIou = outputs[MASK_TOKEN_IOU].data as Float32Array;
        const [lowHigh, lowWide] = tokenLogits.dims.slice(-2);
        const cellsWide = options.cells === 'all' ? lowWide : coveredCells(frame.inputWidth, lowWide);
        const cellsHigh = options.cells === 'all' ? lowHigh : coveredCells(frame.inputHeight, lowHigh);
        const firstToken = options.masks === 'single' ? 0 : 1;
        const masksPerPrompt = options.masks === 'single' ? 1 : tokenIou.length - 1;
        if (!answer) {
          const size = batch.count * masksPerPrompt * cellsWide * cellsHigh;
          if (logits.length < size) logits = new Float32Array(size);
          answer = {
            masksPerPrompt,
            iouPredictions: new Float32Array(batch.count * masksPerPrompt),
            logits,
            offsets: new Int32Array(batch.count * masksPerPrompt).fill(-1),
            cellsWide,
            cellsHigh,
          };
        }
        for (let mask = 0; mask < masksPerPrompt; mask++) {
          const i = prompt * masksPerPrompt + mask;
          const iou = tokenIou[firstToken + mask];
          answer.iouPredictions[i] = iou;
          if (!(iou > threshold)) continue;
          answer.offsets[i] = i * cellsWide * cellsHigh;
          const from = (firstToken + mask) * lowWide * lowHigh;
          const source = tokenLogits.data as Float32Array;
          copyColumnMajor(source, from, lowWide, logits, answer.offsets[i], cellsWide, cellsHigh);
        }
      }
      if (!answer) throw new SamError('bad-usage', 'Expected at least one prompt in a batch but received none');
      return answer;
    },
  };
}

function contractOf(view: GraphView, width: number | undefined, grid: { high: number; wide: number }): Contract {
  const inputs = view.graph.input.map((input) => input.name);
  if (inputs.includes('point_coords')) return officialContract(grid);
  if (inputs.includes('input_points')) return transformersJsContract(positionsOf(view, grid), width, grid);
  throw new SamError('bad-model', `Expected a decoder with input point_coords or input_points but received ${inputs}`);
}

/** Exports of the official script: one prompt, padding and masks given from outside. */
function officialContract(grid: { high: number; wide: number }): Contract {
  const maskDims = [1, 1, 4 * grid.high, 4 * grid.wide];
  const cells = 16 * grid.high * grid.wide;
  const noMask = {
    mask_input: new ort.Tensor('float32', new Float32Array(cells), maskDims),
    has_mask_input: new ort.Tensor('float32', [0], [1]),
  };
  return {
    imageFeeds: (embedding) => ({ image_embeddings: embeddingTensor(embedding, grid) }),
    promptFeeds({ pointsPerPrompt: n, coords, labels }, prompt, maskInput) {
      const mask = maskInput?.slice(prompt * cells, (prompt + 1) * cells);
      return {
        point_coords: new ort.Tensor('float32', coords.slice(prompt * n * 2, (prompt + 1) * n * 2), [1, n, 2]),
        point_labels: new ort.Tensor('float32', labels.slice(prompt * n, (prompt + 1) * n), [1, n]),
        ...(mask
          ? {
              mask_input: new ort.Tensor('float32', mask, maskDims),
              has_mask_input: new ort.Tensor('float32', [1], [1]),
            }
          : noMask),
      };
    },
  };
}

/** Exports for transformers.js: the graph pads by itself and takes points only. */
function transformersJsContract(
  ownPositions: Float32Array | undefined,
  width: number | undefined,
  grid: { high: number; wide: number },
): Contract {
  return {
    imageFeeds(embedding, positions) {
      const channels = width ?? embedding.length / (grid.high * grid.wide);
      const given = positions ?? (ownPositions && channelMajor(ownPositions, channels));
      if (!given) {
        throw new SamError(
          'bad-model',
          "Expected the encoder's image_positional_embeddings, because the random matrix of this decoder cannot be read",
        );
      }
      return {
        image_embeddings: embeddingTensor(embedding, grid),
        image_positional_embeddings: embeddingTensor(given, grid),
      };
    },
    promptFeeds(points, prompt, maskInput) {
      if (maskInput)
        throw new SamError('bad-model', 'This decoder takes no mask prompt (exported for transformers.js)');
      const n = points.pointsPerPrompt;
      const labels = points.labels.slice(prompt * n, (prompt + 1) * n);
      if (labels.some((label) => label > 1)) {
        throw new SamError('bad-model', 'This decoder takes no box prompt (exported for transformers.js)');
      }
      const given = labels[n - 1] === PADDING ? n - 1 : n;
      return {
        input_points: new ort.Tensor('float32', points.coords.slice(prompt * n * 2, (prompt * n + given) * 2), [
          1,
          1,
          given,
          2,
        ]),
        input_labels: new ort.Tensor('int64', BigInt64Array.from(labels.slice(0, given), BigInt), [1, 1, given]),
      };
    },
  };
}

/** The model's dense positional encoding from its prompt encoder's random matrix, or undefined where that is quantised. */
function positionsOf(view: GraphView, grid: { high: number; wide: number }): Float32Array | undefined {
  const frequencies = view.nearestAhead('input_points', (node) => {
    const dims = view.constantDims(node.input[1] ?? '');
    return node.opType === 'MatMul' && dims?.length === 2 && dims[0] === 2;
  });
  const gaussian = frequencies && view.floats(frequencies.input[1]);
  return gaussian && positionalEncoding(gaussian.data, grid.high, grid.wide);
}

function embeddingTensor(embedding: Float32Array, grid: { high: number; wide: number }): ort.Tensor {
  const channels = embedding.length / (grid.high * grid.wide);
  return new ort.Tensor('float32', embedding, [1, channels, grid.high, grid.wide]);
}

function channelMajor(rows: Float32Array, channels: number): Float32Array {
  const count = rows.length / channels;
  const turned = new Float32Array(rows.length);
  for (let i = 0; i < count; i++) for (let c = 0; c < channels; c++) turned[c * count + i] = rows[i * channels + c];
  return turned;
}

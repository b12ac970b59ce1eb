/**
 * Whether a compiled decoder answers like the export it was made from.
 *
 * @module
 */

import type { NamedTensor } from '../../sam/embedding.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import type { DecodedBatch, PromptBatch } from '../../sam/segmentation-model.js';
import type { CompiledShape } from '../compile/compiled-form.js';
import { IMAGE_EMBEDDINGS } from '../contracts/sam1-decoder.js';
import type { Decoder, PlacedImage } from './decoder.js';
import type { Provider } from './device.js';

/** How far apart two decoders may be. */
interface Tolerance {
  /** Largest logit difference, as a part of the largest logit. */
  readonly logit: number;
  /** Largest difference of predicted IoUs. */
  readonly iou: number;
}

/** 2e-3 where logits reach 100. */
const SAME_ARITHMETIC: Tolerance = { logit: 2e-5, iou: 1e-4 };
/** Some devices multiply with 10 bits of a number's 23, as CUDA does with TF32: wrong kernels are further off. */
const COARSE_ARITHMETIC: Tolerance = { logit: 1e-2, iou: 1e-2 };

/**
 * Asks both decoders the same few questions of every kind that the compiled one takes.
 *
 * @param exported - It runs on the cpu.
 * @param provider - Where the compiled one runs.
 * @returns undefined when they agree, otherwise a sentence that says how far apart they are.
 */
export async function disagreement(
  compiled: Decoder,
  exported: Decoder,
  shape: CompiledShape,
  geometry: ModelGeometry,
  provider: Provider = 'cpu',
): Promise<string | undefined> {
  const tolerance = provider === 'cpu' ? SAME_ARITHMETIC : COARSE_ARITHMETIC;
  const { width, gridHigh, gridWide } = shape;
  const placed = partlyEmptyImage(geometry);
  const data = noise(width * gridHigh * gridWide, 1);
  const embedding: NamedTensor[] = [{ name: IMAGE_EMBEDDINGS, dims: [1, width, gridHigh, gridWide], data }];
  const ours = await compiled.forImage(embedding, placed);
  const theirs = await exported.forImage(embedding, placed);
  for (const batch of questions(shape, geometry, placed)) {
    for (const masks of ['multi', 'single'] as const) {
      const found = difference(await ours.decode(batch, { masks }), await theirs.decode(batch, { masks }), tolerance);
      if (found) return found;
    }
  }
  return undefined;
}

/** An image that leaves a third of the frame empty on one side. */
function partlyEmptyImage({ frameSize }: ModelGeometry): PlacedImage {
  const extent = { width: frameSize, height: Math.ceil((11 / 16) * frameSize) };
  return { ...extent, extent };
}

function questions(shape: CompiledShape, { lowResSize }: ModelGeometry, { width, height }: PlacedImage): PromptBatch[] {
  const at = (x: number, y: number) => [x * width, y * height];
  const batches: PromptBatch[] = [
    {
      count: 2,
      pointsPerPrompt: 1,
      coords: Float32Array.from([...at(0.3, 0.4), ...at(0.9, 0.1)]),
      labels: Float32Array.of(1, 1),
    },
    {
      count: 1,
      pointsPerPrompt: 2,
      coords: Float32Array.from([...at(0.5, 0.5), ...at(0.2, 0.8)]),
      labels: Float32Array.of(1, 0),
    },
  ];
  const box = { count: 1, pointsPerPrompt: 2, coords: Float32Array.from([...at(0.2, 0.2), ...at(0.7, 0.6)]) };
  if (shape.labels.includes(3)) batches.push({ ...box, labels: Float32Array.of(2, 3) });
  if (shape.takesMask) {
    const maskInput = noise(lowResSize * lowResSize, 2).map((value) => 10 * value);
    batches.push({ ...batches[1], maskInput });
  }
  return batches;
}

function difference(ours: DecodedBatch, theirs: DecodedBatch, tolerance: Tolerance): string | undefined {
  let iou = 0;
  let logit = 0;
  let largest = 0;
  const size = theirs.cellsWide * theirs.cellsHigh;
  if (ours.cellsWide !== theirs.cellsWide || ours.cellsHigh !== theirs.cellsHigh) return 'Masks differ in size.';
  for (let mask = 0; mask < theirs.offsets.length; mask++) {
    iou = Math.max(iou, Math.abs(ours.iouPredictions[mask] - theirs.iouPredictions[mask]));
    for (let cell = 0; cell < size; cell++) {
      const expected = theirs.logits[theirs.offsets[mask] + cell];
      largest = Math.max(largest, Math.abs(expected));
      logit = Math.max(logit, Math.abs(ours.logits[ours.offsets[mask] + cell] - expected));
    }
  }
  // a difference that is not a number passes through Math.max and is no agreement
  if (iou <= tolerance.iou && logit <= tolerance.logit * largest) return undefined;
  return `The compiled graph's logits differ by ${logit.toPrecision(2)}, its predicted IoUs by ${iou.toPrecision(2)}.`;
}

/** Repeatable numbers of about the size of image embeddings: in [-0.5, 0.5). */
function noise(count: number, seed: number): Float32Array {
  const values = new Float32Array(count);
  let state = seed;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 32 - 0.5;
  }
  return values;
}

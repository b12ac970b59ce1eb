/**
 * The decoder as it was exported: everything computed, and few prompts a run. Slow; the compiled one is checked against it.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import { copyColumnMajor } from '../../mask/logits/column-major.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import type { DecodedBatch, DecodeOptions, PromptBatch } from '../../sam/segmentation-model.js';
import type { DecoderContract, ExportedAnswer } from '../contracts/contract.js';
import { coveredCells } from './covered-cells.js';
import type { Decoder, ImageDecoder, PlacedImage } from './decoder.js';
import type { Provider } from './device.js';
import { framePointsOf } from './frame-points.js';
import { type Feeds, feedsOf, plainTensorsOf, Session } from './session.js';

/** How an exported decoder is run. */
interface Export {
  readonly session: Session;
  readonly contract: DecoderContract;
  readonly geometry: ModelGeometry;
  readonly promptsPerRun: number;
}

/**
 * Runs a decoder export as it is, apart from what its contract edits.
 *
 * @param bytes - The ONNX file.
 * @param threads - Threads that one run may use; 0 for all cores.
 * @throws {@link SamError} `bad-model` when the bytes are not a decoder of that family.
 */
export async function exportedDecoder(
  bytes: Uint8Array,
  contract: DecoderContract,
  geometry: ModelGeometry,
  threads = 0,
  provider: Provider = 'cpu',
): Promise<Decoder> {
  const prepared = await contract.prepared(bytes, geometry);
  const session = await Session.open(prepared.bytes, 'exported', threads, provider);
  return {
    form: 'as-exported',
    provider,
    async forImage(embedding, placed) {
      const imageFeeds = feedsOf(contract.imageInputsOf(embedding, geometry, prepared.constants));
      const { promptsPerRun = contract.promptsPerRun } = prepared;
      return new ExportedImageDecoder({ session, contract, geometry, promptsPerRun }, imageFeeds, placed);
    },
    release: () => session.release(),
  };
}

class ExportedImageDecoder implements ImageDecoder {
  readonly #export: Export;
  readonly #imageFeeds: Feeds;
  readonly #placed: PlacedImage;
  #logits = new Float32Array(0);

  constructor(exported: Export, imageFeeds: Feeds, placed: PlacedImage) {
    this.#export = exported;
    this.#imageFeeds = imageFeeds;
    this.#placed = placed;
  }

  async decode(batch: PromptBatch, options: DecodeOptions = {}): Promise<DecodedBatch> {
    if (batch.count < 1) throw new SamError('bad-usage', 'Expected at least one prompt in a batch but received none');
    const { session, contract, geometry, promptsPerRun } = this.#export;
    const points = framePointsOf(batch, this.#placed, contract.padding);
    let decoded: DecodedBatch | undefined;
    for (let first = 0; first < batch.count; first += promptsPerRun) {
      const end = Math.min(batch.count, first + promptsPerRun);
      const inputs = contract.promptInputsOf({ points, first, end, maskInput: batch.maskInput }, geometry);
      const outputs = await session.run({ ...this.#imageFeeds, ...feedsOf(inputs) });
      const answer = contract.answerOf(plainTensorsOf(outputs), geometry);
      decoded ??= this.#emptyBatch(batch.count, answer, options);
      for (let prompt = first; prompt < end; prompt++) this.#take(decoded, answer, prompt - first, prompt, options);
    }
    if (!decoded) throw new Error('Expected prompts for the decoder but received none');
    return decoded;
  }

  #emptyBatch(count: number, { masks, hasSingleMask }: ExportedAnswer, { masks: kind, cells }: DecodeOptions) {
    const { geometry } = this.#export;
    const { extent } = this.#placed;
    const masksPerPrompt = kind === 'single' ? 1 : masks - (hasSingleMask ? 1 : 0);
    const cellsWide = cells === 'all' ? geometry.lowResSize : coveredCells(extent.width, geometry);
    const cellsHigh = cells === 'all' ? geometry.lowResSize : coveredCells(extent.height, geometry);
    const total = count * masksPerPrompt;
    if (this.#logits.length < total * cellsWide * cellsHigh) {
      this.#logits = new Float32Array(total * cellsWide * cellsHigh);
    }
    return {
      masksPerPrompt,
      iouPredictions: new Float32Array(total),
      logits: this.#logits,
      offsets: new Int32Array(total).fill(-1),
      cellsWide,
      cellsHigh,
    };
  }

  /** Copies the wanted masks of one prompt. */
  #take(decoded: DecodedBatch, answer: ExportedAnswer, row: number, prompt: number, options: DecodeOptions): void {
    const { lowResSize } = this.#export.geometry;
    const { masksPerPrompt, cellsWide, cellsHigh, iouPredictions, offsets, logits } = decoded;
    const threshold = options.predIouThresh ?? Number.NEGATIVE_INFINITY;
    const firstOfRow = row * answer.masks + firstWanted(answer, row, options.masks ?? 'multi');
    for (let mask = 0; mask < masksPerPrompt; mask++) {
      const i = prompt * masksPerPrompt + mask;
      const iou = answer.iouPredictions[firstOfRow + mask];
      iouPredictions[i] = iou;
      if (!(iou > threshold)) continue;
      offsets[i] = i * cellsWide * cellsHigh;
      const from = (firstOfRow + mask) * lowResSize * lowResSize;
      copyColumnMajor(answer.logits, from, lowResSize, logits, offsets[i], cellsWide, cellsHigh);
    }
  }
}

/** The first wanted mask of a prompt. Exports without a single-mask token answer with the multimask that they rate best. */
function firstWanted(answer: ExportedAnswer, row: number, wanted: 'multi' | 'single'): number {
  if (answer.hasSingleMask) return wanted === 'single' ? 0 : 1;
  if (wanted === 'multi') return 0;
  const ious = answer.iouPredictions.subarray(row * answer.masks, (row + 1) * answer.masks);
  return ious.indexOf(Math.max(...ious));
}

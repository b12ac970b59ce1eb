/**
 * The decoder as compiled: one run per image, then one run for each prompt, or for a batch of them.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import { copyCellsToColumns } from '../../mask/logits/cells-in-columns.js';
import type { NamedTensor } from '../../sam/embedding.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import type { DecodedBatch, DecodeOptions, PromptBatch } from '../../sam/segmentation-model.js';
import {
  CELLS_PER_TOKEN,
  CHOICES,
  type CompiledDecoder,
  type CompiledShape,
  IMAGE_INPUTS,
  MASK_INPUT,
  PROMPT_INPUTS,
  PROMPT_OUTPUTS,
  withoutMask,
} from '../compile/compiled-form.js';
import type { FramePoints } from '../contracts/contract.js';
import { IMAGE_EMBEDDINGS, tensorNamed } from '../contracts/sam1-decoder.js';
import { coveredCells } from './covered-cells.js';
import type { Decoder, ImageDecoder, PlacedImage } from './decoder.js';
import type { Provider } from './device.js';
import { framePointsOf } from './frame-points.js';
import { type Feeds, floatTensor, integerTensor, Session } from './session.js';

/** Where and how compiled graphs run. */
export interface CompiledRunOptions {
  /** Threads that one run may use; 0 for all cores. @default 0 */
  readonly threads?: number;
  /** @default 'cpu' */
  readonly provider?: Provider;
  /** Prompts that one run answers, at most. @default 1 */
  readonly promptsPerRun?: number;
}

/** Runs compiled graphs. */
export async function compiledDecoder(
  compiled: CompiledDecoder,
  geometry: ModelGeometry,
  { threads = 0, provider = 'cpu', promptsPerRun = 1 }: CompiledRunOptions = {},
): Promise<Decoder> {
  const { shape } = compiled;
  const role = shape.isBatched ? 'batched' : 'compiled';
  const image = await Session.open(compiled.image, role, threads, provider);
  const prompts = await Session.open(compiled.prompts, role, threads, provider).catch(async (error: unknown) => {
    await image.release();
    throw error;
  });
  const masks =
    compiled.mask && new LateSession(compiled.mask, (bytes) => Session.open(bytes, role, threads, provider));
  const withMask: WithMask | undefined =
    masks && (async (shared, cover, mask) => (await masks.session()).run(maskFeeds(shape, shared, cover, mask)));
  return {
    form: 'compiled',
    provider,
    async forImage(embedding, placed) {
      const tensor = tensorNamed(embedding, IMAGE_EMBEDDINGS);
      const sharedOf: SharedOf = (cover) => image.run(imageFeeds(shape, cover, tensor));
      return new CompiledImageDecoder({ session: prompts, shape, geometry, promptsPerRun, sharedOf, withMask }, placed);
    },
    async release() {
      await image.release();
      await prompts.release();
      await masks?.release();
    },
  };
}

/** The session of a graph that few runs need, opened when one does. */
class LateSession {
  readonly #bytes: Uint8Array;
  readonly #open: (bytes: Uint8Array) => Promise<Session>;
  #opening: Promise<Session> | undefined;

  constructor(bytes: Uint8Array, open: (bytes: Uint8Array) => Promise<Session>) {
    this.#bytes = bytes;
    this.#open = open;
  }

  session(): Promise<Session> {
    this.#opening ??= this.#open(this.#bytes);
    // the next mask prompt tries again
    this.#opening.catch(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async release(): Promise<void> {
    await (await this.#opening)?.release();
  }
}

/** How the prompts of an image are answered. */
interface Prompting {
  readonly session: Session;
  readonly shape: CompiledShape;
  readonly geometry: ModelGeometry;
  readonly promptsPerRun: number;
  readonly sharedOf: SharedOf;
  /** Missing where the decoder takes no mask prompt. */
  readonly withMask: WithMask | undefined;
}

/** What the prompts of an image share, for a part of the frame. */
type SharedOf = (cover: Cover) => Promise<Feeds>;

/** The same for a mask prompt. */
type WithMask = (shared: Feeds, cover: Cover, mask: Float32Array) => Promise<Feeds>;

/** A part of the frame, from its top left: the image, or all with the padding. */
interface Cover {
  readonly cellsWide: number;
  readonly cellsHigh: number;
  readonly tokensWide: number;
  readonly tokensHigh: number;
}

function coverOf(cellsWide: number, cellsHigh: number): Cover {
  const tokensOf = (cells: number) => Math.ceil(cells / CELLS_PER_TOKEN);
  return { cellsWide, cellsHigh, tokensWide: tokensOf(cellsWide), tokensHigh: tokensOf(cellsHigh) };
}

class CompiledImageDecoder implements ImageDecoder {
  readonly #session: Session;
  readonly #shape: CompiledShape;
  readonly #promptsPerRun: number;
  readonly #placed: PlacedImage;
  readonly #sharedOf: SharedOf;
  readonly #withMask: WithMask | undefined;
  readonly #covered: Cover;
  readonly #whole: Cover;
  /** What prompts without a mask share, kept for each part of the frame that was asked for. */
  readonly #shared = new Map<Cover, Promise<Feeds>>();
  #logits = new Float32Array(0);

  constructor({ session, shape, geometry, promptsPerRun, sharedOf, withMask }: Prompting, placed: PlacedImage) {
    this.#session = session;
    this.#shape = shape;
    this.#promptsPerRun = promptsPerRun;
    this.#placed = placed;
    this.#sharedOf = sharedOf;
    this.#withMask = withMask;
    const { lowResSize } = geometry;
    const { width, height } = placed.extent;
    this.#whole = coverOf(lowResSize, lowResSize);
    this.#covered = coverOf(coveredCells(width, geometry), coveredCells(height, geometry));
  }

  async decode(batch: PromptBatch, options: DecodeOptions = {}): Promise<DecodedBatch> {
    if (batch.count < 1) throw new SamError('bad-usage', 'Expected at least one prompt in a batch but received none');
    if (batch.maskInput && !this.#withMask) {
      throw new SamError('bad-model', 'This decoder takes no mask prompt (exported for transformers.js)');
    }
    const points = framePointsOf(batch, this.#placed);
    refuseUnknownLabels(points.labels, this.#shape.labels);
    const masks = options.masks === 'single' ? [0] : multimasks(this.#shape.maskTokens);
    const threshold = options.predIouThresh ?? Number.NEGATIVE_INFINITY;
    const cover = options.cells === 'all' ? this.#whole : this.#covered;
    const choices = this.#choices(masks, threshold, cover);
    const masksPerPrompt = masks.length;
    const { cellsWide, cellsHigh } = cover;
    const size = cellsWide * cellsHigh;
    const total = batch.count * masksPerPrompt;
    if (this.#logits.length < total * size) this.#logits = new Float32Array(total * size);
    const iouPredictions = new Float32Array(total);
    const offsets = new Int32Array(total).fill(-1);
    // a mask prompt changes the image, which is then its own
    const perRun = batch.maskInput ? 1 : this.#promptsPerRun;
    for (let start = 0; start < batch.count; start += perRun) {
      const end = Math.min(batch.count, start + perRun);
      const without = await this.#sharedWithoutMask(cover);
      const shared =
        batch.maskInput && this.#withMask
          ? await this.#withMask(without, cover, this.#maskOf(batch.maskInput, start))
          : without;
      const outputs = await this.#session.run({ ...shared, ...choices, ...promptFeeds(points, start, end) });
      const iou = outputs[PROMPT_OUTPUTS.iou].data as Float32Array;
      const logits = outputs[PROMPT_OUTPUTS.logits].data as Float32Array;
      iouPredictions.set(iou, start * masksPerPrompt);
      for (let i = 0; i < iou.length; i++) {
        if (!(iou[i] > threshold)) continue;
        const mask = start * masksPerPrompt + i;
        offsets[mask] = mask * size;
        this.#copyMask(logits, i, offsets[mask], cover);
      }
    }
    return { masksPerPrompt, iouPredictions, logits: this.#logits, offsets, cellsWide, cellsHigh };
  }

  #sharedWithoutMask(cover: Cover): Promise<Feeds> {
    let shared = this.#shared.get(cover);
    if (!shared) {
      shared = this.#sharedOf(cover);
      this.#shared.set(cover, shared);
    }
    return shared;
  }

  #copyMask(logits: Float32Array, i: number, to: number, cover: Cover): void {
    const { tokensWide, tokensHigh, cellsWide, cellsHigh } = cover;
    const from = i * tokensWide * tokensHigh * CELLS_PER_TOKEN ** 2;
    copyCellsToColumns(logits, from, tokensHigh, this.#logits, to, cellsWide, cellsHigh);
  }

  #maskOf(masks: Float32Array, prompt: number): Float32Array {
    const cells = CELLS_PER_TOKEN ** 2 * this.#shape.gridHigh * this.#shape.gridWide;
    return masks.slice(prompt * cells, (prompt + 1) * cells);
  }

  #choices(masks: readonly number[], predIouThresh: number, { tokensWide, tokensHigh }: Cover): Feeds {
    const places = Array.from({ length: this.#shape.maskTokens }, (_, mask) => masks.indexOf(mask) + 1);
    return {
      [CHOICES.covered]: integerTensor(tokensWide, tokensHigh),
      [CHOICES.masks]: integerTensor(...masks),
      [CHOICES.outputTokens]: integerTensor(0, ...masks.map((mask) => mask + 1)),
      [CHOICES.places]: integerTensor(...places),
      ...(!this.#shape.isBatched && { [CHOICES.predIouThresh]: floatTensor([predIouThresh], [1]) }),
    };
  }
}

function imageFeeds(shape: CompiledShape, cover: Cover, embedding: NamedTensor): Feeds {
  const { width, gridHigh, gridWide } = shape;
  return {
    [IMAGE_INPUTS.embedding]: floatTensor(embedding.data, [1, width, gridHigh, gridWide]),
    ...coveredFeeds(shape, cover),
  };
}

function maskFeeds(shape: CompiledShape, shared: Feeds, cover: Cover, mask: Float32Array): Feeds {
  const { gridHigh, gridWide } = shape;
  return {
    ...Object.fromEntries(Object.entries(shared).map(([name, tensor]) => [withoutMask(name), tensor])),
    [MASK_INPUT]: floatTensor(mask, [1, 1, CELLS_PER_TOKEN * gridHigh, CELLS_PER_TOKEN * gridWide]),
    ...coveredFeeds(shape, cover),
  };
}

function coveredFeeds({ takesCovered }: CompiledShape, { tokensWide, tokensHigh }: Cover): Feeds {
  return takesCovered ? { [IMAGE_INPUTS.covered]: integerTensor(tokensWide, tokensHigh) } : {};
}

function promptFeeds({ pointsPerPrompt, coords, labels }: FramePoints, start: number, end: number): Feeds {
  const of = (values: Float32Array, each: number) => values.slice(start * each, end * each);
  return {
    [PROMPT_INPUTS.coords]: floatTensor(of(coords, pointsPerPrompt * 2), [end - start, pointsPerPrompt, 2]),
    [PROMPT_INPUTS.labels]: floatTensor(of(labels, pointsPerPrompt), [end - start, pointsPerPrompt]),
  };
}

function multimasks(maskTokens: number): number[] {
  return Array.from({ length: maskTokens - 1 }, (_, i) => i + 1);
}

function refuseUnknownLabels(labels: Float32Array, known: readonly number[]): void {
  const unknown = labels.find((label) => !known.includes(label));
  if (unknown === undefined) return;
  throw new SamError(
    'bad-model',
    `Expected point labels among ${known.join(', ')} (what this decoder has) but received ${unknown}`,
  );
}

import { SAM1_GEOMETRY } from '../../src/sam/geometry.js';
import type { RgbImage } from '../../src/sam/rgb-image.js';
import type { DecodedBatch, DecodeOptions, PromptBatch, SegmentationModel } from '../../src/sam/segmentation-model.js';

/** x0, y0, x1, y1 in cells of the low-res grid, x1 and y1 exclusive. */
export type CellsXyxy = readonly [number, number, number, number];

/** A mask that a {@link PaintedModel} answers with: a rectangle of the low-res grid, and more of them if wanted. */
export interface PaintedMask {
  readonly cellsXyxy: CellsXyxy;
  /** Painted after the first rectangle. */
  readonly alsoXyxy?: readonly CellsXyxy[];
  /** Painted last, as background. */
  readonly holesXyxy?: readonly CellsXyxy[];
  readonly iou: number;
  /** Logits inside; outside it is their negative. @default 10 */
  readonly logit?: number;
}

/** The masks of a point, given in pixels of the encoded image or crop; `crop` counts what was encoded, 0 first. */
export type MasksOfPoint = (x: number, y: number, crop: number) => readonly PaintedMask[];

/** The mask that answers when one is fed back: [256, 256] row-major logits. */
export type MaskOfMask = (maskInput: Float32Array, x: number, y: number) => PaintedMask;

/** A model whose answers are painted by hand, and that counts what it is asked. For square images. */
export class PaintedModel implements SegmentationModel {
  readonly geometry = SAM1_GEOMETRY;
  readonly batchSizes: number[] = [];
  readonly decodeOptions: DecodeOptions[] = [];
  readonly encoded: RgbImage[] = [];
  readonly #masksOf: MasksOfPoint;
  readonly #refined: MaskOfMask | undefined;

  /**
   * @param masksOf - As many for each point.
   * @param refined - Needed when masks are fed back.
   */
  constructor(masksOf: MasksOfPoint, refined?: MaskOfMask) {
    this.#masksOf = masksOf;
    this.#refined = refined;
  }

  async encode(image: RgbImage) {
    const crop = this.encoded.length;
    this.encoded.push(image);
    const decode = async (batch: PromptBatch, options: DecodeOptions = {}): Promise<DecodedBatch> => {
      this.batchSizes.push(batch.count);
      this.decodeOptions.push(options);
      const masks = Array.from({ length: batch.count }, (_, i) => this.#masksOfPrompt(batch, i, crop));
      return this.#answerOf(masks);
    };
    // all points look alike, so that only where they lie tells them apart
    const featuresAt = (pointsXy: Float64Array) => new Float32Array(pointsXy.length / 2).fill(1);
    return { embedding: [], width: image.width, height: image.height, decode, featuresAt };
  }

  #masksOfPrompt({ pointsPerPrompt, coords, maskInput }: PromptBatch, i: number, crop: number): readonly PaintedMask[] {
    const at = i * pointsPerPrompt * 2;
    const [x, y] = [coords[at], coords[at + 1]];
    if (!maskInput) return this.#masksOf(x, y, crop);
    const cells = this.geometry.lowResSize ** 2;
    if (!this.#refined) throw new Error('Expected no mask prompt');
    return [this.#refined(maskInput.subarray(i * cells, (i + 1) * cells), x, y)];
  }

  #answerOf(masks: readonly (readonly PaintedMask[])[]): DecodedBatch {
    const all = masks.flat();
    const cells = this.geometry.lowResSize ** 2;
    const logits = new Float32Array(all.length * cells);
    for (const [i, { cellsXyxy, alsoXyxy = [], holesXyxy = [], logit = 10 }] of all.entries()) {
      logits.fill(-logit, i * cells, (i + 1) * cells);
      const paint = ([x0, y0, x1, y1]: CellsXyxy, value: number) => {
        for (let x = x0; x < x1; x++) {
          const column = i * cells + x * this.geometry.lowResSize;
          logits.fill(value, column + y0, column + y1);
        }
      };
      for (const rectangle of [cellsXyxy, ...alsoXyxy]) paint(rectangle, logit);
      for (const rectangle of holesXyxy) paint(rectangle, -logit);
    }
    return {
      masksPerPrompt: masks[0].length,
      iouPredictions: Float32Array.from(all, (mask) => mask.iou),
      logits,
      offsets: Int32Array.from(all, (_, i) => i * cells),
      cellsWide: this.geometry.lowResSize,
      cellsHigh: this.geometry.lowResSize,
    };
  }
}

/** A grey square image. */
export function greySquare(side: number): RgbImage {
  return { data: new Uint8Array(side * side * 3).fill(128), width: side, height: side };
}

import type { DecodedBatch, PromptBatch, RgbImage, SegmentationModel } from '../../src/amg/segmentation-model.js';

/** A mask that a {@link PaintedModel} answers with: a rectangle of the low-res grid. */
export interface PaintedMask {
  /** x0, y0, x1, y1 in cells, x1 and y1 exclusive. */
  readonly cellsXyxy: readonly [number, number, number, number];
  readonly iou: number;
  /** Logits inside; outside it is their negative. @default 10 */
  readonly logit?: number;
}

/** A model whose answers are painted by hand, and that counts what it is asked. For square pictures. */
export class PaintedModel implements SegmentationModel {
  readonly inputSize = 1024;
  readonly lowResSize = 256;
  readonly batchSizes: number[] = [];
  readonly encoded: RgbImage[] = [];
  readonly #masksOf: (x: number, y: number) => readonly PaintedMask[];

  /** @param masksOf - The masks of a point, given in pixels of the encoded picture; as many for each point. */
  constructor(masksOf: (x: number, y: number) => readonly PaintedMask[]) {
    this.#masksOf = masksOf;
  }

  async encode(image: RgbImage) {
    this.encoded.push(image);
    const decode = async ({ count, pointsPerPrompt, coords }: PromptBatch): Promise<DecodedBatch> => {
      this.batchSizes.push(count);
      const masks = Array.from({ length: count }, (_, i) => {
        const at = i * pointsPerPrompt * 2;
        return this.#masksOf(coords[at], coords[at + 1]);
      });
      const all = masks.flat();
      const cells = this.lowResSize ** 2;
      const logits = new Float32Array(all.length * cells);
      for (const [i, { cellsXyxy, logit = 10 }] of all.entries()) {
        const [x0, y0, x1, y1] = cellsXyxy;
        logits.fill(-logit, i * cells, (i + 1) * cells);
        for (let x = x0; x < x1; x++) {
          const column = i * cells + x * this.lowResSize;
          logits.fill(logit, column + y0, column + y1);
        }
      }
      return {
        masksPerPrompt: masks[0].length,
        iouPredictions: Float32Array.from(all, (mask) => mask.iou),
        logits,
        offsets: Int32Array.from(all, (_, i) => i * cells),
        cellsWide: this.lowResSize,
        cellsHigh: this.lowResSize,
      };
    };
    return { width: image.width, height: image.height, decode };
  }
}

/** A grey square picture. */
export function greySquare(side: number): RgbImage {
  return { data: new Uint8Array(side * side * 3).fill(128), width: side, height: side };
}

/**
 * How far the compiled decoder is from the export: every fixture photograph, every point of the 32 x 32 grid.
 *
 * Bars: logits within 2e-3, predicted IoUs within 1e-4, every mask (logits above 0) with an IoU of at least 0.999. Compared
 * are the low-res cells that cover the image, which is all that either decoder gives.
 */
import { compileDecoder } from '../src/model/compile/compile-decoder.js';
import official from '../src/model/contracts/official.js';
import { compiledDecoder } from '../src/model/runtime/compiled-decoder.js';
import { loadDecoder } from '../src/model/runtime/load-decoder.js';
import { SAM1_GEOMETRY } from '../src/sam/geometry.js';
import { decoderBytes, embeddingOf } from './decoder-inputs.js';

const SIDE = 32;

/** Largest logit and IoU differences and the worst mask, for every photograph. */
export async function run(): Promise<void> {
  const bytes = await decoderBytes();
  const compiled = await compiledDecoder(compileDecoder(bytes), SAM1_GEOMETRY);
  const exported = await loadDecoder(bytes, official.decoder, SAM1_GEOMETRY, { form: 'as-exported' });
  for (const image of ['coffee.png', 'chelsea.png', 'astronaut.png']) {
    const { embedding, placed } = await embeddingOf(image);
    const ours = await compiled.forImage(embedding, placed);
    const theirs = await exported.forImage(embedding, placed);
    let logit = 0;
    let iou = 0;
    let overlap = 1;
    let largest = 0;
    for (let row = 0; row < SIDE; row++) {
      const batch = {
        count: SIDE,
        pointsPerPrompt: 1,
        coords: gridRow(row, placed),
        labels: new Float32Array(SIDE).fill(1),
      };
      const found = await ours.decode(batch);
      const expected = await theirs.decode(batch);
      const size = expected.cellsWide * expected.cellsHigh;
      expected.offsets.forEach((offset, mask) => {
        iou = Math.max(iou, Math.abs(found.iouPredictions[mask] - expected.iouPredictions[mask]));
        let both = 0;
        let either = 0;
        for (let cell = 0; cell < size; cell++) {
          const a = found.logits[found.offsets[mask] + cell];
          const b = expected.logits[offset + cell];
          logit = Math.max(logit, Math.abs(a - b));
          largest = Math.max(largest, Math.abs(b));
          if (a > 0 || b > 0) either++;
          if (a > 0 && b > 0) both++;
        }
        if (either > 0) overlap = Math.min(overlap, both / either);
      });
    }
    process.stdout.write(
      `  ${image.padEnd(16)} ${SIDE * SIDE} points: logits ${logit.toExponential(2)} (of up to ${largest.toFixed(0)}), ` +
        `predicted IoU ${iou.toExponential(2)}, worst mask IoU ${overlap.toFixed(5)}\n`,
    );
  }
  await compiled.release();
  await exported.release();
}

function gridRow(row: number, { width, height }: { width: number; height: number }): Float32Array {
  const coords = new Float32Array(2 * SIDE);
  for (let column = 0; column < SIDE; column++) {
    coords[2 * column] = ((column + 0.5) / SIDE) * width;
    coords[2 * column + 1] = ((row + 0.5) / SIDE) * height;
  }
  return coords;
}

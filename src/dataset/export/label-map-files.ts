import { SamError } from '../../errors.js';
import type { ExportedFile, ExportedImage } from '../../formats/exported-image.js';
import { greyPngOf, palettePngOf } from '../../image/encode-image.js';
import type { ImageResult } from '../../sam/found-mask.js';
import { maskColourOf } from '../../sam/mask-colour.js';

/** Masks that 16 bits can number. */
const MOST_MASKS = 65535;

/**
 * For each image `labels/<name>.png`, a PNG of 16 bits where each pixel is the number of its mask in the file, from 1, or 0; of several
 * masks the smallest has the pixel. The same in the colours of the overlays is `preview/<name>.png`. Two folders, so that no name of an
 * image clashes with the preview of another.
 *
 * @throws SamError `bad-usage` for more masks than 16 bits can number.
 */
export async function* labelMapFiles(images: AsyncIterable<ExportedImage>): AsyncGenerator<ExportedFile> {
  for await (const { name, result } of images) {
    const { width, height, masks, fileName } = result;
    if (masks.length > MOST_MASKS) {
      const hint = 'Keep fewer with --top or another filter.';
      throw new SamError('bad-usage', `Expected at most ${MOST_MASKS} masks but ${fileName} has ${masks.length}`, hint);
    }
    const levels = labelsOf(result);
    yield [`labels/${name}.png`, await greyPngOf({ levels, width, height })];
    const colours = [[0, 0, 0] as const, ...masks.map((_, i) => maskColourOf(i))];
    yield [`preview/${name}.png`, await palettePngOf({ levels, width, height }, colours)];
  }
}

function labelsOf({ width, height, masks }: ImageResult): Uint16Array {
  const labels = new Uint16Array(width * height);
  const largestFirst = [...masks.entries()].sort(([, a], [, b]) => b.area - a.area);
  for (const [i, { mask }] of largestFirst) {
    const { runsColumnMajor } = mask;
    for (let run = 1, at = runsColumnMajor[0]; run < runsColumnMajor.length; run += 2) {
      const end = at + runsColumnMajor[run];
      for (; at < end; at++) labels[(at % height) * width + Math.floor(at / height)] = i + 1;
      at += runsColumnMajor[run + 1] ?? 0;
    }
  }
  return labels;
}

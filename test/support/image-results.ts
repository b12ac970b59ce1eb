import type { JournalLine } from '../../src/dataset/run-folder/journal-lines.js';
import type { Written } from '../../src/dataset/sinks/sink.js';
import { maskRuns } from '../../src/mask/runs/mask-runs.js';
import type { FoundMask, ImageResult } from '../../src/sam/found-mask.js';

/** A mask of an image of 6 x 4 pixels: all of it but the first column and the pixel below it. */
export const CORNERLESS: FoundMask = {
  mask: maskRuns(6, 4, [5, 19]),
  area: 19,
  boxXyxy: [1, 0, 5, 3],
  predictedIou: 0.75,
  stabilityScore: 0.5,
  pointsXy: [[3, 2.5]],
  cropXyxy: [0, 0, 6, 4],
};

/** A mask without a pixel. */
export const EMPTY: FoundMask = {
  ...CORNERLESS,
  mask: maskRuns(6, 4, [24]),
  area: 0,
  boxXyxy: [0, 0, 0, 0],
};

/** The result of an image of 6 x 4 pixels. */
export function imageResult(
  imageId: number,
  fileName: string,
  masks: readonly FoundMask[] = [CORNERLESS],
): ImageResult {
  return { imageId, fileName, width: 6, height: 4, masks, skippedPrompts: [] };
}

/** The journal's line about an image whose result was written. */
export function doneLine({ imageId, fileName, masks }: ImageResult, written: Written): JournalLine {
  return { image_id: imageId, state: 'done', image: fileName, masks: masks.length, at: 0, ...written };
}

/** The journal's line about an image that failed. */
export function failedLine(imageId: number, fileName: string): JournalLine {
  return { image_id: imageId, state: 'failed', image: fileName, code: 'timeout', reason: 'it took too long', at: 0 };
}

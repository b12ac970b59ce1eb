import { maskRunsFromCocoRle } from '../mask/runs/coco-rle.js';
import { columnMajorFromMaskRuns } from '../mask/runs/dense-mask.js';
import { type MeasuredMask, measuredMask } from '../mask/runs/mask-iou.js';
import { contrastOf, maskColourOf } from '../sam/mask-colour.js';
import type { MaskRecord } from '../sam/mask-record.js';
import type { RgbImage } from '../sam/rgb-image.js';

/** How much of a mask's colour covers the image inside its outline. */
const FILL = 0.45;

/** How much of the contrasting line covers the image. */
const CONTRAST = 0.7;

/** Outlines stay visible when a large image is looked at whole. */
function outlineWidthOf(width: number, height: number): number {
  return Math.max(1, Math.round(Math.max(width, height) / 700));
}

/**
 * The image with the masks of its records drawn over it: filled with a tint, outlined, large ones first so that small ones stay
 * visible.
 *
 * @param image - The image that the masks were made of; it is not changed.
 * @param records - Masks of that image; a mask's colour follows its place among them.
 * @throws SamError `malformed-rle` for a mask that cannot be read.
 */
export function overlayOf(image: RgbImage, records: readonly Pick<MaskRecord, 'segmentation'>[]): RgbImage {
  return overlayOfMasks(
    image,
    records.map(({ segmentation }) => measuredMask(maskRunsFromCocoRle(segmentation))),
  );
}

/**
 * As {@link overlayOf}, of masks that are no records yet. Along the inside of an outline goes a line of black or white, whichever
 * differs more from its colour: one of the two is seen on any background.
 *
 * @param places - For each mask the place that its colour follows. @default its own
 */
export function overlayOfMasks(
  image: RgbImage,
  masks: readonly MeasuredMask[],
  places: readonly number[] = [...masks.keys()],
): RgbImage {
  const { width, height } = image;
  const data = Uint8Array.from(image.data);
  const thickness = outlineWidthOf(width, height);
  const contrastWidth = Math.max(1, Math.round(thickness / 2));
  const largestFirst = [...masks.entries()].sort(([, a], [, b]) => b.area - a.area);
  for (const [index, { mask: runs, boxXyxy }] of largestFirst) {
    const colour = maskColourOf(places[index]);
    const contrast = contrastOf(colour);
    const mask = columnMajorFromMaskRuns(runs);
    const [left, top, right, bottom] = boxXyxy;
    const isOn = (x: number, y: number) => x >= 0 && x < width && y >= 0 && y < height && mask[x * height + y] === 1;
    for (let x = left; x <= right; x++) {
      for (let y = top; y <= bottom; y++) {
        if (mask[x * height + y] === 0) continue;
        const isDeeper = (by: number) => isOn(x - by, y) && isOn(x + by, y) && isOn(x, y - by) && isOn(x, y + by);
        const isOutline = !isDeeper(thickness);
        const isContrast = !isOutline && !isDeeper(thickness + contrastWidth);
        const [r, g, b] = isContrast ? contrast : colour;
        const share = isOutline ? 1 : isContrast ? CONTRAST : FILL;
        const p = (y * width + x) * 3;
        data[p] += (r - data[p]) * share;
        data[p + 1] += (g - data[p + 1]) * share;
        data[p + 2] += (b - data[p + 2]) * share;
      }
    }
  }
  return { data, width, height };
}

import { cropOfImage } from '../image/crop-image.js';
import { resizeLikePil } from '../image/pil-resize.js';
import { denseCropOf } from '../mask/runs/dense-crop.js';
import type { MeasuredMask } from '../mask/runs/mask-iou.js';
import type { RgbImage } from '../sam/rgb-image.js';
import type { Surroundings } from './words-request.js';

/** Changes with anything that changes a view's pixels: vectors that are kept are of the views of one version. */
export const VIEW_VERSION = 1;

/** What is seen around a mask's box on each side, as a share of the box's longer side. */
const CONTEXT = 0.15;

/** Pixels of a side at least: of a mask of a few pixels nobody could say what it is. */
const LEAST_SIDE = 32;

/** Levels of what lies outside the image. */
const GREY = 128;

/** Share of the light that is left of dimmed surroundings. */
const DIMMED = 0.25;

/** Blurred surroundings are as of so many cells along each side. */
const BLURRED_CELLS = 8;

/** Where a view's side begins, and how much of it is image. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The square of an image that a model looks at to say what a mask shows: the mask's box with some context, moved into the image, grey where the
 * image is too short for it. It is square because models see squares: CLIP would cut the longer side off, SigLIP would distort it.
 *
 * @param surroundings - What becomes of the pixels that are not of the mask: blurred they still say where the thing is, and draw less attention;
 *   "Fine-Grained Visual Prompting" (NeurIPS 2023) found that best among many ways.
 */
export function viewOfMask(image: RgbImage, { mask, boxXyxy }: MeasuredMask, surroundings: Surroundings): RgbImage {
  const [x0, y0, x1, y1] = boxXyxy;
  const longer = Math.max(x1 - x0, y1 - y0) + 1;
  const wanted = Math.max(Math.floor(longer * (1 + 2 * CONTEXT) + 0.5), LEAST_SIDE);
  const side = Math.min(wanted, Math.max(image.width, image.height));
  const across = spanOf(x0 + x1 + 1, side, image.width);
  const down = spanOf(y0 + y1 + 1, side, image.height);
  const crop = cropOfImage(image, [across.start, down.start, across.end, down.end]);
  const isOfMask = denseCropOf(mask, [across.start, down.start, across.end - 1, down.end - 1]);
  return inSquare(withSurroundings(crop, isOfMask, surroundings), side);
}

/** @param ends - The sum of where the box begins and ends: twice its middle. */
function spanOf(ends: number, side: number, length: number): Span {
  if (side >= length) return { start: 0, end: length };
  const start = Math.min(Math.max(Math.floor((ends - side) / 2), 0), length - side);
  return { start, end: start + side };
}

function withSurroundings(crop: RgbImage, isOfMask: Uint8Array, surroundings: Surroundings): RgbImage {
  if (surroundings === 'keep') return crop;
  const { width, height } = crop;
  const around = surroundings === 'blur' ? blurred(crop).data : crop.data.map((level) => Math.round(level * DIMMED));
  const data = new Uint8Array(crop.data);
  for (let i = 0; i < isOfMask.length; i++) {
    if (isOfMask[i] === 1) continue;
    data.set(around.subarray(3 * i, 3 * i + 3), 3 * i);
  }
  return { data, width, height };
}

/** Pillow's resize to a few cells and back: the same pixels on every machine. */
function blurred(crop: RgbImage): RgbImage {
  return resizeLikePil(resizeLikePil(crop, BLURRED_CELLS, BLURRED_CELLS), crop.width, crop.height);
}

function inSquare(crop: RgbImage, side: number): RgbImage {
  const { width, height } = crop;
  if (width === side && height === side) return crop;
  const data = new Uint8Array(side * side * 3).fill(GREY);
  const left = (side - width) >> 1;
  const top = (side - height) >> 1;
  for (let y = 0; y < height; y++) {
    data.set(crop.data.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * side + left) * 3);
  }
  return { data, width: side, height: side };
}

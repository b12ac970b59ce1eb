/**
 * YOLO segmentation labels as Ultralytics reads them (https://docs.ultralytics.com/datasets/segment): a text file an image, a line an
 * object with its class and one closed line in shares of the image's sides.
 *
 * @module
 */

import { stringify } from 'yaml';
import { keyholeRingOf } from '../../mask/runs/keyhole-ring.js';
import type { FoundMask, ImageResult } from '../../sam/found-mask.js';
import {
  categoryNameOf,
  type ExportedFile,
  type ExportedImage,
  type MaskStyle,
  polygonsOf,
} from '../exported-image.js';

/** Decimals of a share: a hundredth of a pixel in the largest image. */
const DECIMALS = 8;

/** `labels/<name>.txt` for each image, and at the end `data.yaml` with the classes in the order in which they came, those that were known before first. */
export async function* yoloFiles(images: AsyncIterable<ExportedImage>, style: MaskStyle): AsyncGenerator<ExportedFile> {
  const classes = new Map(style.categories?.map(({ name }, index) => [name, index]));
  for await (const { name, result } of images) {
    const lines = result.masks.filter(({ area }) => area > 0).map((mask) => lineOf(mask, result, classes, style));
    yield [`labels/${name}.txt`, lines.join('')];
  }
  // numbers as keys, which an object would make texts of
  const names = new Map([...classes].map(([name, index]) => [index, name]));
  yield ['data.yaml', stringify({ path: '.', train: 'images', val: 'images', names })];
}

function lineOf(mask: FoundMask, { width, height }: ImageResult, classes: Map<string, number>, style: MaskStyle) {
  const category = categoryNameOf(mask);
  const index = classes.get(category) ?? classes.size;
  classes.set(category, index);
  const shares = keyholeRingOf(polygonsOf(mask, style)).map((value, i) =>
    Number((value / (i % 2 === 0 ? width : height)).toFixed(DECIMALS)),
  );
  return `${index} ${shares.join(' ')}\n`;
}

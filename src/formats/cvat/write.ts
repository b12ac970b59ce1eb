/**
 * "CVAT for images 1.1" (https://docs.cvat.ai/docs/other/xml_format), piece by piece: all images are in one XML file.
 *
 * @module
 */

import { denseCropOf } from '../../mask/runs/dense-crop.js';
import type { FoundMask } from '../../sam/found-mask.js';
import { categoryNameOf, type ExportedImage, type MaskStyle, pairsOf, piecesOf } from '../exported-image.js';
import { escapedXml } from './escaped-xml.js';

/** The text of the file. Labels need no list: CVAT takes those of the task that it is imported to. */
export async function* cvatXml(images: AsyncIterable<ExportedImage>, style: MaskStyle): AsyncGenerator<string> {
  yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n<meta></meta>\n';
  let id = 0;
  for await (const { result } of images) {
    const name = `${style.imagePrefix ?? ''}${result.fileName}`;
    const shapes = result.masks.filter(({ area }) => area > 0).flatMap((mask) => shapesOf(mask, style));
    yield `<image${attributesOf({ id: id++, name, width: result.width, height: result.height })}>\n${shapes.join('')}</image>\n`;
  }
  yield '</annotations>\n';
}

function shapesOf(mask: FoundMask, style: MaskStyle): string[] {
  const common = { label: categoryNameOf(mask), source: 'auto', occluded: 0, z_order: 0 };
  if (style.segmentation !== 'polygons') {
    const [left, top, right, bottom] = mask.boxXyxy;
    const size = { left, top, width: right - left + 1, height: bottom - top + 1 };
    return [`<mask${attributesOf({ ...common, rle: rowMajorRunsOf(mask).join(', '), ...size })}></mask>\n`];
  }
  return piecesOf(mask, style).map((ring) => {
    const points = pairsOf(ring).map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`);
    return `<polygon${attributesOf({ ...common, points: points.join(';') })}></polygon>\n`;
  });
}

/** Runs of the mask inside its box, row after row, background first. */
function rowMajorRunsOf({ mask, boxXyxy }: FoundMask): number[] {
  const runs: number[] = [];
  let value = 0;
  let length = 0;
  for (const pixel of denseCropOf(mask, boxXyxy)) {
    if (pixel !== value) {
      runs.push(length);
      value = pixel;
      length = 0;
    }
    length++;
  }
  return [...runs, length];
}

function attributesOf(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapedXml(`${value}`)}"`)
    .join('');
}

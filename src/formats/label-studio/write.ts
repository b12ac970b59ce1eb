/**
 * Label Studio tasks with predictions (https://labelstud.io/guide/predictions), for a labelling config whose image is called `image` and
 * whose labels are called `label`.
 *
 * @module
 */

import { encode } from '@thi.ng/rle-pack';
import { rowMajorFromMaskRuns } from '../../mask/runs/dense-mask.js';
import type { FoundMask, ImageResult } from '../../sam/found-mask.js';
import { categoryNameOf, type ExportedImage, type MaskStyle, pairsOf, piecesOf, scoreOf } from '../exported-image.js';

/** A task for each image. Run lengths are those of its brush, RGBA packed by the library that Label Studio unpacks with. */
export async function* labelStudioTasks(
  images: AsyncIterable<ExportedImage>,
  style: MaskStyle,
): AsyncGenerator<unknown> {
  for await (const { result } of images) {
    const masks = result.masks.filter(({ area }) => area > 0);
    yield {
      data: { image: `${style.imagePrefix ?? ''}${result.fileName}` },
      predictions: [
        {
          model_version: 'sam-cli',
          result: masks.flatMap((mask, i) => regionsOf(mask, `${result.imageId}-${i + 1}`, result, style)),
        },
      ],
    };
  }
}

function regionsOf(mask: FoundMask, id: string, { width, height }: ImageResult, style: MaskStyle): unknown[] {
  const common = {
    from_name: 'label',
    to_name: 'image',
    original_width: width,
    original_height: height,
    image_rotation: 0,
    score: scoreOf(mask),
  };
  const label = [categoryNameOf(mask)];
  if (style.segmentation !== 'polygons') {
    return [
      { id, ...common, type: 'brushlabels', value: { format: 'rle', rle: brushRleOf(mask), brushlabels: label } },
    ];
  }
  return piecesOf(mask, style).map((ring, i) => {
    // in hundredths of the image's sides
    const points = pairsOf(ring).map(([x, y]) => [(100 * x) / width, (100 * y) / height]);
    return {
      id: `${id}-${i + 1}`,
      ...common,
      type: 'polygonlabels',
      value: { points, closed: true, polygonlabels: label },
    };
  });
}

function brushRleOf({ mask }: FoundMask): number[] {
  const dense = rowMajorFromMaskRuns(mask);
  const rgba = new Uint8Array(4 * dense.length);
  for (let i = 0; i < dense.length; i++) if (dense[i] === 1) rgba.fill(255, 4 * i, 4 * i + 4);
  return [...encode(rgba, rgba.length)];
}

/**
 * A dataset for FiftyOne (https://docs.voxel51.com/user_guide/import_datasets.html#fiftyonedataset), as `fo.types.LegacyFiftyOneDataset`
 * reads it: `samples.json` with instance masks inside their boxes, and `metadata.json`.
 *
 * @module
 */

import { deflateSync } from 'node:zlib';
import { denseCropOf } from '../../mask/runs/dense-crop.js';
import type { FoundMask, ImageResult } from '../../sam/found-mask.js';
import {
  categoryNameOf,
  type ExportedFile,
  type ExportedImage,
  jsonLinesOf,
  type MaskStyle,
  scoreOf,
} from '../exported-image.js';
import { npyOfMask } from './npy.js';

/** Both files. */
export async function* fiftyOneFiles(
  images: AsyncIterable<ExportedImage>,
  style: MaskStyle,
): AsyncGenerator<ExportedFile> {
  yield ['metadata.json', `${JSON.stringify({ name: 'sam-cli', media_type: 'image', info: {} })}\n`];
  yield ['samples.json', samplesText(images, style)];
}

async function* samplesText(images: AsyncIterable<ExportedImage>, style: MaskStyle): AsyncGenerator<string> {
  yield '{"samples":';
  yield* jsonLinesOf(samples(images, style));
  yield '}\n';
}

async function* samples(images: AsyncIterable<ExportedImage>, { imagePrefix = '' }: MaskStyle) {
  for await (const { result } of images) {
    const { fileName, width, height, masks } = result;
    yield {
      filepath: imagePrefix + fileName,
      tags: [],
      metadata: { _cls: 'ImageMetadata', width, height },
      segments: {
        _cls: 'Detections',
        detections: masks.filter(({ area }) => area > 0).map((mask) => detectionOf(mask, result)),
      },
    };
  }
}

function detectionOf(mask: FoundMask, { width, height }: ImageResult) {
  const [left, top, right, bottom] = mask.boxXyxy;
  const [boxWidth, boxHeight] = [right - left + 1, bottom - top + 1];
  const packed = deflateSync(npyOfMask(denseCropOf(mask.mask, mask.boxXyxy), boxHeight, boxWidth));
  return {
    _cls: 'Detection',
    tags: [],
    label: categoryNameOf(mask),
    bounding_box: [left / width, top / height, boxWidth / width, boxHeight / height],
    mask: { $binary: { base64: packed.toString('base64'), subType: '00' } },
    confidence: scoreOf(mask),
    predicted_iou: mask.predictedIou,
    stability_score: mask.stabilityScore,
    mask_area: mask.area,
  };
}

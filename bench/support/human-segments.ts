/**
 * Photographs with what people drew in them.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HumanSegment } from '../../src/calibrate/found-segments.js';
import { type CocoRle, maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';

/** A photograph and its segments. */
export interface SegmentedImage {
  readonly path: string;
  readonly name: string;
  readonly segments: readonly HumanSegment[];
}

interface CocoFile {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly annotations: readonly {
    readonly image_id: number;
    readonly segmentation: CocoRle;
    readonly annotator?: number;
  }[];
}

/**
 * Reads a folder with `images/` and a COCO file `segments.json`, whose annotations may say who drew them (`annotator`).
 *
 * @returns the images by name
 */
export async function segmentedImages(folder: string): Promise<SegmentedImage[]> {
  const { images, annotations }: CocoFile = JSON.parse(await readFile(join(folder, 'segments.json'), 'utf8'));
  return images
    .map(({ id, file_name }) => ({
      path: join(folder, 'images', file_name),
      name: file_name,
      segments: annotations
        .filter((annotation) => annotation.image_id === id)
        .map(({ segmentation, annotator }) => ({
          mask: maskRunsFromCocoRle(segmentation),
          ...(annotator !== undefined && { annotator }),
        })),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * COCO files (https://cocodataset.org/#format-data), as far as they are read and written here.
 *
 * @module
 */

import type { Category } from '../../sam/image-prompts.js';

/** An image of a COCO file. */
export interface CocoImage {
  readonly id: number | string;
  readonly file_name: string;
  readonly width?: number;
  readonly height?: number;
  readonly [field: string]: unknown;
}

/** An annotation of a COCO file, or a line of a results file. */
export interface CocoAnnotation {
  /** Results have none. */
  readonly id?: number | string;
  readonly image_id: number | string;
  readonly category_id?: number;
  /** x, y, w, h in pixels. */
  readonly bbox: readonly [number, number, number, number];
  readonly score?: number;
  readonly [field: string]: unknown;
}

/** A COCO dataset. */
export interface CocoDataset {
  readonly images: readonly CocoImage[];
  readonly annotations: readonly CocoAnnotation[];
  readonly categories?: readonly Category[];
  readonly [field: string]: unknown;
}

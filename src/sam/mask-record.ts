import type { CocoRle } from '../mask/runs/coco-rle.js';

/** One mask of an image, with the fields and names of an SA-1B annotation. */
export interface MaskRecord {
  /** 1-based, in the order of the file. */
  readonly id: number;
  readonly segmentation: CocoRle;
  /** True pixels. */
  readonly area: number;
  /** x, y, w, h of the outermost true pixels with w = x1 - x0 and h = y1 - y0, as the reference writes it. */
  readonly bbox: readonly [number, number, number, number];
  /** The model's own estimate of the mask's IoU; a raw regression, can exceed 1. */
  readonly predicted_iou: number;
  /** Pixels above +offset over pixels above -offset, 0 to 1. */
  readonly stability_score: number;
  /** The prompt that made the mask: one x, y in pixels. */
  readonly point_coords: readonly (readonly [number, number])[];
  /** x, y, w, h of the crop in which the mask was found. */
  readonly crop_box: readonly [number, number, number, number];
}

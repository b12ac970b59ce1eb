import { csvOf } from '../csv.js';
import type { ImageScores } from './evaluation-report.js';

/** The scores of each image as CSV: a line an image, empty where there is nothing to find. */
export function perImageCsvOf(images: readonly ImageScores[]): string {
  const names = [
    'image',
    'masks',
    'segments',
    'mean_best_iou',
    'boundary_f',
    'recall_50',
    'recall_75',
    'average_recall',
  ] as const satisfies readonly (keyof ImageScores)[];
  return csvOf(names, images);
}

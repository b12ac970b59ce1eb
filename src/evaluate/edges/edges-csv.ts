import { csvOf } from '../csv.js';
import type { EdgeReport } from './evaluate-edges.js';

/** The best score of each image as CSV. */
export function edgesCsvOf(images: EdgeReport['per_image']): string {
  return csvOf(['image', 'annotators', 'threshold', 'recall', 'precision', 'f'], images);
}

import type { ImageScores } from './evaluation-report.js';

/** The scores of each image as CSV (RFC 4180): a line an image under a line of names; empty where there is nothing to find. */
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
  const lines = images.map((image) => names.map((name) => cellOf(image[name])).join(','));
  return [names.join(','), ...lines, ''].join('\r\n');
}

function cellOf(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

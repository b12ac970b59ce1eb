import type { ReportMask } from '../../data/report-data.js';
import { percentInWords } from '../filter/scale.js';

const WHOLE = new Intl.NumberFormat('en');

/** `12,345`. */
export function wholeInWords(count: number): string {
  return WHOLE.format(count);
}

/** `1 mask`, `1,204 masks`. */
export function counted(count: number, noun: string): string {
  return `${wholeInWords(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** The numbers of a mask, each with what it is called. */
export function measuresInWords(mask: ReportMask, imagePixels: number): readonly (readonly [string, string])[] {
  return [
    ['Predicted IoU', mask.predicted_iou.toFixed(3)],
    ['Stability', mask.stability_score.toFixed(3)],
    ['Area', `${percentInWords(mask.area / imagePixels)}, ${counted(mask.area, 'pixel')}`],
  ];
}

/** A mask's name. */
export function maskInWords({ number, category }: ReportMask): string {
  return category === undefined ? `Mask ${number}` : `Mask ${number}, ${category}`;
}

/**
 * The curve of a calibration: masks an image against average recall, a dot a setting.
 *
 * @module
 */
import type { Outcome } from './sweep.js';

/** What the chart shows besides all outcomes. */
export interface ChartMarks {
  readonly reference: Outcome;
  readonly chosen: Outcome;
  /** No more masks an image than this are allowed. */
  readonly mostMasksPerImage: number;
}

const [LEFT, TOP, RIGHT, BOTTOM] = [80, 60, 760, 440];
const COLOURS = { box: '#b03a2e', mask: '#2e6da4' } as const;

/** An SVG image. */
export function calibrationChart(
  outcomes: readonly Outcome[],
  { reference, chosen, mostMasksPerImage }: ChartMarks,
): string {
  const mostMasks = 100;
  const [lowest, highest] = [0.15, 0.4];
  const x = (masks: number) => LEFT + ((RIGHT - LEFT) * masks) / mostMasks;
  const y = (recall: number) => BOTTOM - ((BOTTOM - TOP) * (recall - lowest)) / (highest - lowest);
  const dot = ({ masksPerImage, averageRecall, thresholds }: Outcome) =>
    masksPerImage > mostMasks
      ? ''
      : `<circle cx="${x(masksPerImage).toFixed(1)}" cy="${y(averageRecall).toFixed(1)}" r="3" ` +
        `fill="${COLOURS[thresholds.nms]}" fill-opacity="0.45"/>`;
  const label = (outcome: Outcome, name: string, dx: number, dy: number) => {
    const [cx, cy] = [x(outcome.masksPerImage), y(outcome.averageRecall)];
    const numbers = `${outcome.masksPerImage.toFixed(1)} masks, ${outcome.averageRecall.toFixed(3)}`;
    return (
      `<circle cx="${cx}" cy="${cy}" r="7" fill="none" stroke="black" stroke-width="2"/>` +
      `<text x="${cx + dx}" y="${cy + dy}">${name}: ${numbers}</text>`
    );
  };
  const rows = [0.15, 0.2, 0.25, 0.3, 0.35, 0.4].map(
    (recall) =>
      `<line x1="${LEFT}" x2="${RIGHT}" y1="${y(recall)}" y2="${y(recall)}" stroke="#ddd"/>` +
      `<text x="${LEFT - 10}" y="${y(recall) + 5}" text-anchor="end">${recall.toFixed(2)}</text>`,
  );
  const columns = [0, 20, 40, 60, 80, 100].map(
    (masks) => `<text x="${x(masks)}" y="${BOTTOM + 22}" text-anchor="middle">${masks}</text>`,
  );
  const limit = x(mostMasksPerImage);
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="500" font-family="sans-serif" font-size="14">' +
    `<rect width="100%" height="100%" fill="white"/>` +
    `<text x="${LEFT}" y="30" font-size="16">Average recall of human segments against masks an image, a dot a setting</text>` +
    `${rows.join('')}${columns.join('')}` +
    `<line x1="${limit}" x2="${limit}" y1="${TOP}" y2="${BOTTOM}" stroke="#888" stroke-dasharray="5 4"/>` +
    `<text x="${limit + 6}" y="${BOTTOM - 10}" fill="#555">most allowed: ${mostMasksPerImage}</text>` +
    `${outcomes.map(dot).join('')}` +
    `${label(reference, 'reference', 12, 20)}${label(chosen, 'default', -250, -12)}` +
    `<circle cx="${RIGHT - 150}" cy="${BOTTOM - 72}" r="4" fill="${COLOURS.mask}"/>` +
    `<text x="${RIGHT - 138}" y="${BOTTOM - 67}">duplicates by mask</text>` +
    `<circle cx="${RIGHT - 150}" cy="${BOTTOM - 48}" r="4" fill="${COLOURS.box}"/>` +
    `<text x="${RIGHT - 138}" y="${BOTTOM - 43}">duplicates by box</text>` +
    `<text x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 46}" text-anchor="middle">masks an image</text></svg>`
  );
}

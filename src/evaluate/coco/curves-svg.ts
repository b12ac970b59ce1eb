import type { RecallCurves } from './evaluation-report.js';
import { MAX_MASKS_NAMES } from './params.js';

const WIDTH = 420;
const HEIGHT = 320;
const MARGIN = { left: 52, top: 34, right: 16, bottom: 46 };
/** Okabe and Ito's colours, which everybody can tell apart. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#000000'];

/** An axis: what it says, its marks, and where a value lies, from 0 to 1. */
interface Axis {
  readonly label: string;
  readonly ticks: readonly number[];
  readonly shareOf: (value: number) => number;
}

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const RECALL: Axis = { label: 'recall', ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], shareOf: (recall) => recall };

/** Two charts side by side as an SVG image: recall by IoU threshold, and average recall by number of masks. */
export function curvesSvgOf(curves: RecallCurves): string {
  const byIou = MAX_MASKS_NAMES.map((name, i): Line => {
    const points = curves.recall_by_iou[name].map((recall, at) => [curves.iou[at], recall] as const);
    return { name: name === 'all' ? 'all masks' : `best ${name}`, colour: COLOURS[i], points };
  });
  const byMasks = curves.max_masks.map((count, at) => [count, curves.average_recall_by_max_masks[at]] as const);
  const iou = { label: 'IoU threshold', ticks: [0.5, 0.6, 0.7, 0.8, 0.9], shareOf: (x: number) => (x - 0.5) / 0.45 };
  const masks = {
    label: 'masks of an image that count',
    ticks: [1, 10, 100, 1000],
    shareOf: (x: number) => Math.log10(x) / 3,
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<rect width="${2 * WIDTH}" height="${HEIGHT}" fill="white"/>`,
    chartOf('Recall', iou, byIou, 0),
    chartOf('Average recall, IoU 0.5 to 0.95', masks, [{ name: '', colour: COLOURS[0], points: byMasks }], WIDTH),
    '</svg>',
    '',
  ].join('\n');
}

function chartOf(title: string, xAxis: Axis, lines: readonly Line[], left: number): string {
  const { left: x0, top: y1 } = MARGIN;
  const [x1, y0] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const xOf = (value: number) => Number((x0 + (x1 - x0) * xAxis.shareOf(value)).toFixed(1));
  const yOf = (value: number) => Number((y0 - (y0 - y1) * RECALL.shareOf(value)).toFixed(1));
  const grid = RECALL.ticks.map(
    (tick) =>
      `<path d="M${x0} ${yOf(tick)}H${x1}" stroke="#ddd"/><text x="${x0 - 6}" y="${yOf(tick) + 4}" text-anchor="end">${tick}</text>`,
  );
  const marks = xAxis.ticks.map((tick) => `<text x="${xOf(tick)}" y="${y0 + 16}" text-anchor="middle">${tick}</text>`);
  const paths = lines.map(({ colour, points }) => {
    const way = points.map(([x, y]) => `${xOf(x)},${yOf(y)}`).join(' ');
    return `<polyline points="${way}" fill="none" stroke="${colour}" stroke-width="2"/>`;
  });
  const names = lines.map(
    ({ name, colour }, i) =>
      `<text x="${x1 - 4}" y="${y1 + 14 + 14 * i}" text-anchor="end" fill="${colour}">${name}</text>`,
  );
  return [
    `<g transform="translate(${left} 0)">`,
    `<text x="${x0}" y="20" font-size="13" font-weight="bold">${title}</text>`,
    ...grid,
    ...marks,
    `<text x="${(x0 + x1) / 2}" y="${y0 + 34}" text-anchor="middle">${xAxis.label}</text>`,
    `<text transform="translate(14 ${(y0 + y1) / 2}) rotate(-90)" text-anchor="middle">${RECALL.label}</text>`,
    ...paths,
    ...names,
    '</g>',
  ].join('\n');
}

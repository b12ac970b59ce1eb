/** Time against recall: a line of full grids, and for each grid that was asked in the spread order a line of budgets. */

/** A point of the chart. */
export interface CurvePoint {
  readonly side: number;
  /** Share of the grid that was asked. */
  readonly share: number;
  /** Whether the points that look least alike were asked first. */
  readonly isSpread: boolean;
  /** Of the decoder, an image. */
  readonly seconds: number;
  readonly agreementRecall: number;
  readonly agreementMasks: number;
  readonly referenceRecall: number;
  readonly referenceMasks: number;
}

type RecallOf = (point: CurvePoint) => number;

const [LEFT, TOP, RIGHT, BOTTOM] = [80, 60, 860, 520];
const [WIDTH, HEIGHT] = [900, 580];
const FULL = '#b03a2e';
const SPREAD = ['#2e6da4', '#2e8b57', '#8e44ad'];
/** Solid by agreement, dashed by predicted IoU. */
const SELECTIONS: readonly { readonly recallOf: RecallOf; readonly dash: string; readonly words: string }[] = [
  { recallOf: ({ agreementRecall }) => agreementRecall, dash: '', words: 'masks by agreement' },
  { recallOf: ({ referenceRecall }) => referenceRecall, dash: '5 4', words: 'masks by predicted IoU' },
];

/** Where a point lies; time on a logarithmic scale, since each grid costs several times the one before. */
interface Scales {
  readonly x: (seconds: number) => number;
  readonly y: (recall: number) => number;
}

/** An SVG image. */
export function pointsCurveSvg(points: readonly CurvePoint[]): string {
  const times = points.map(({ seconds }) => seconds);
  const recalls = points.flatMap(({ agreementRecall, referenceRecall }) => [agreementRecall, referenceRecall]);
  const [first, last] = [0.9 * Math.min(...times), 1.25 * Math.max(...times)];
  const [lowest, highest] = [
    Math.floor(Math.min(...recalls) * 50) / 50,
    Math.ceil(Math.max(...recalls) * 50 + 0.5) / 50,
  ];
  const scales: Scales = {
    x: (seconds) => LEFT + ((RIGHT - LEFT) * Math.log(seconds / first)) / Math.log(last / first),
    y: (recall) => BOTTOM - ((BOTTOM - TOP) * (recall - lowest)) / (highest - lowest),
  };
  const sides = [...new Set(points.filter(({ isSpread }) => isSpread).map(({ side }) => side))];
  const series = [
    { own: points.filter(({ isSpread }) => !isSpread), colour: FULL, words: 'full grids' },
    ...sides.map((side, i) => ({
      own: points.filter((point) => point.isSpread && point.side === side),
      colour: SPREAD[i % SPREAD.length],
      words: `of a ${side} x ${side} grid, those that look least alike`,
    })),
  ];
  const lines = SELECTIONS.flatMap(({ recallOf, dash }) =>
    series.map(({ own, colour }) => lineOf(own, recallOf, colour, dash, scales)),
  );
  const legend = [
    ...series.map(({ colour, words }) => ({ colour, dash: '', words })),
    ...SELECTIONS.map(({ dash, words }) => ({ colour: '#333', dash, words })),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="14">` +
    '<rect width="100%" height="100%" fill="white"/>' +
    `<text x="${LEFT}" y="30" font-size="16">Average recall of human segments against the decoder's time</text>` +
    `${rowsOf(lowest, highest, scales)}${columnsOf(first, last, scales)}${lines.join('')}${legendOf(legend)}` +
    `<text x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 46}" text-anchor="middle">decoder, seconds of one core an image</text></svg>`
  );
}

function lineOf(
  points: readonly CurvePoint[],
  recallOf: RecallOf,
  colour: string,
  dash: string,
  { x, y }: Scales,
): string {
  const own = [...points].sort((a, b) => a.seconds - b.seconds);
  const at = own.map((point) => [x(point.seconds).toFixed(1), y(recallOf(point)).toFixed(1)]);
  const dots = at.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`);
  const names = own
    .filter(({ isSpread }) => !isSpread && dash === '')
    .map(
      (point) =>
        `<text x="${x(point.seconds) - 6}" y="${y(recallOf(point)) - 8}" text-anchor="end" fill="${colour}" font-size="12">${point.side} x ${point.side}</text>`,
    );
  return `<polyline points="${at.join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>${dots.join('')}${names.join('')}`;
}

function rowsOf(lowest: number, highest: number, { y }: Scales): string {
  const count = Math.round((highest - lowest) * 50) + 1;
  return Array.from({ length: count }, (_, i) => lowest + i / 50)
    .map(
      (recall) =>
        `<line x1="${LEFT}" x2="${RIGHT}" y1="${y(recall)}" y2="${y(recall)}" stroke="#ddd"/>` +
        `<text x="${LEFT - 10}" y="${y(recall) + 5}" text-anchor="end">${recall.toFixed(2)}</text>`,
    )
    .join('');
}

function columnsOf(first: number, last: number, { x }: Scales): string {
  return Array.from({ length: 12 }, (_, i) => 2 ** (i - 4))
    .filter((seconds) => seconds >= first && seconds <= last)
    .map(
      (seconds) =>
        `<line x1="${x(seconds)}" x2="${x(seconds)}" y1="${TOP}" y2="${BOTTOM}" stroke="#eee"/>` +
        `<text x="${x(seconds)}" y="${BOTTOM + 22}" text-anchor="middle">${seconds}</text>`,
    )
    .join('');
}

function legendOf(
  entries: readonly { readonly colour: string; readonly dash: string; readonly words: string }[],
): string {
  return entries
    .map(({ colour, dash, words }, i) => {
      const at = BOTTOM - 20 * (entries.length - i) + 4;
      return (
        `<line x1="${RIGHT - 390}" x2="${RIGHT - 360}" y1="${at}" y2="${at}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>` +
        `<text x="${RIGHT - 352}" y="${at + 5}">${words}</text>`
      );
    })
    .join('');
}

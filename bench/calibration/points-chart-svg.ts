/** Time against recall: a line of full grids, a line of budgets of one grid. */

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

const [LEFT, TOP, RIGHT, BOTTOM] = [80, 60, 760, 440];

/** An SVG image. */
export function pointsChart(points: readonly CurvePoint[]): string {
  const longest = Math.max(...points.map(({ seconds }) => seconds)) * 1.08;
  const recalls = points.flatMap(({ agreementRecall, referenceRecall }) => [agreementRecall, referenceRecall]);
  const [lowest, highest] = [
    Math.floor(Math.min(...recalls) * 50) / 50,
    Math.ceil(Math.max(...recalls) * 50 + 0.5) / 50,
  ];
  const x = (seconds: number) => LEFT + ((RIGHT - LEFT) * seconds) / longest;
  const y = (recall: number) => BOTTOM - ((BOTTOM - TOP) * (recall - lowest)) / (highest - lowest);
  const line = (isSpread: boolean, recallOf: (point: CurvePoint) => number, colour: string, dash: string) => {
    const own = points.filter((point) => point.isSpread === isSpread).sort((a, b) => a.seconds - b.seconds);
    const at = own.map((point) => `${x(point.seconds).toFixed(1)},${y(recallOf(point)).toFixed(1)}`);
    const names = isSpread
      ? ''
      : own.map(
          (point) =>
            `<text x="${x(point.seconds) + 6}" y="${y(recallOf(point)) + 16}" fill="${colour}" font-size="12">${point.side} x ${point.side}</text>`,
        );
    return (
      `<polyline points="${at.join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>` +
      at
        .map((place) => `<circle cx="${place.split(',')[0]}" cy="${place.split(',')[1]}" r="4" fill="${colour}"/>`)
        .join('') +
      `${names}`
    );
  };
  const rows = Array.from({ length: Math.round((highest - lowest) * 50) + 1 }, (_, i) => lowest + i / 50).map(
    (recall) =>
      `<line x1="${LEFT}" x2="${RIGHT}" y1="${y(recall)}" y2="${y(recall)}" stroke="#ddd"/>` +
      `<text x="${LEFT - 10}" y="${y(recall) + 5}" text-anchor="end">${recall.toFixed(2)}</text>`,
  );
  const columns = Array.from({ length: 6 }, (_, i) => (longest * i) / 5).map(
    (seconds) => `<text x="${x(seconds)}" y="${BOTTOM + 22}" text-anchor="middle">${seconds.toFixed(1)}</text>`,
  );
  const legend: [string, string, string][] = [
    ['#2e6da4', '', 'points that look least alike, masks by agreement'],
    ['#b03a2e', '', 'full grids, masks by agreement'],
    ['#2e6da4', '5 4', 'points that look least alike, masks by predicted IoU'],
    ['#b03a2e', '5 4', 'full grids, masks by predicted IoU'],
  ];
  const keys = legend.map(([colour, dash, words], i) => {
    const at = BOTTOM - 84 + 20 * i;
    return (
      `<line x1="${RIGHT - 370}" x2="${RIGHT - 340}" y1="${at}" y2="${at}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>` +
      `<text x="${RIGHT - 332}" y="${at + 5}">${words}</text>`
    );
  });
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="500" font-family="sans-serif" font-size="14">' +
    '<rect width="100%" height="100%" fill="white"/>' +
    `<text x="${LEFT}" y="30" font-size="16">Average recall of human segments against the decoder's seconds an image</text>` +
    rows.join('') +
    columns.join('') +
    line(false, (point) => point.agreementRecall, '#b03a2e', '') +
    line(true, (point) => point.agreementRecall, '#2e6da4', '') +
    line(false, (point) => point.referenceRecall, '#b03a2e', '5 4') +
    line(true, (point) => point.referenceRecall, '#2e6da4', '5 4') +
    keys.join('') +
    `<text x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 46}" text-anchor="middle">decoder, seconds an image</text></svg>`
  );
}

import { type EdgeCounts, type EdgeEvaluation, THRESHOLDS } from './edge-counts.js';

/** A point of a precision-recall curve. */
export interface EdgeScore {
  readonly threshold: number;
  readonly recall: number;
  readonly precision: number;
  readonly f: number;
}

/** The scores of the Berkeley benchmark. */
export interface EdgeScores {
  /** The best F-measure with one threshold for all images ("optimal dataset scale"). */
  readonly ods: EdgeScore;
  /** F-measure with the best threshold of each image ("optimal image scale"). */
  readonly ois: Omit<EdgeScore, 'threshold'>;
  /** Mean precision over recalls of 0, 0.01, ... 1; 0 where a recall is not reached. */
  readonly ap: number;
  /** Recall at a precision of 0.5; at the lowest precision where all are higher. */
  readonly r50: number;
  /** At each threshold. */
  readonly curve: readonly EdgeScore[];
}

/** Steps between two thresholds in which the best F-measure is looked for. */
const STEPS = 99;

/** The scores of all images together (`collect_eval_bdry` of the benchmark; R50 as the toolbox of Dollár and Zitnick counts it). */
export function edgeScoresOf(images: readonly EdgeEvaluation[]): EdgeScores {
  const curve = THRESHOLDS.map((threshold, i) => ({
    threshold,
    ...scoreOf(sumOf(images.map(({ counts }) => counts[i]))),
  }));
  return {
    ods: bestOf(curve),
    ois: scoreOf(sumOf(images.map(({ counts }) => bestCountsOf(counts)))),
    ap: averagePrecisionOf(curve),
    r50: recallAtHalfOf(curve),
    curve,
  };
}

/** The best score of one image, between thresholds too. */
export function bestScoreOf({ counts }: EdgeEvaluation): EdgeScore {
  return bestOf(THRESHOLDS.map((threshold, i) => ({ threshold, ...scoreOf(counts[i]) })));
}

function sumOf(counts: readonly EdgeCounts[]): EdgeCounts {
  return counts.reduce(
    (sum, each) => ({
      drawn: sum.drawn + each.drawn,
      drawnFound: sum.drawnFound + each.drawnFound,
      found: sum.found + each.found,
      foundDrawn: sum.foundDrawn + each.foundDrawn,
    }),
    { drawn: 0, drawnFound: 0, found: 0, foundDrawn: 0 },
  );
}

function scoreOf({ drawn, drawnFound, found, foundDrawn }: EdgeCounts): Omit<EdgeScore, 'threshold'> {
  const recall = drawn > 0 ? drawnFound / drawn : 0;
  const precision = found > 0 ? foundDrawn / found : 0;
  return { recall, precision, f: fMeasure(recall, precision) };
}

function fMeasure(recall: number, precision: number): number {
  return recall + precision > 0 ? (2 * recall * precision) / (recall + precision) : 0;
}

/** Those of the lowest threshold with the largest F-measure. */
function bestCountsOf(counts: readonly EdgeCounts[]): EdgeCounts {
  return counts.reduce((best, each) => (scoreOf(each).f > scoreOf(best).f ? each : best));
}

/** The best F-measure on the curve, between its points too. */
function bestOf(curve: readonly EdgeScore[]): EdgeScore {
  let best = curve[0];
  for (let i = 1; i < curve.length; i++) {
    for (let step = 0; step <= STEPS; step++) {
      const along = step / STEPS;
      const between = (name: 'threshold' | 'recall' | 'precision') =>
        curve[i][name] * along + curve[i - 1][name] * (1 - along);
      const [recall, precision] = [between('recall'), between('precision')];
      const f = fMeasure(recall, precision);
      if (f > best.f) best = { threshold: between('threshold'), recall, precision, f };
    }
  }
  return best;
}

function averagePrecisionOf(curve: readonly EdgeScore[]): number {
  const points = uniqueBy(curve, ({ recall }) => recall);
  if (points.length < 2) return 0;
  let sum = 0;
  for (let i = 0; i <= 100; i++)
    sum +=
      interpolated(
        points,
        ({ recall }) => recall,
        ({ precision }) => precision,
        i / 100,
      ) ?? 0;
  return sum / 100;
}

function recallAtHalfOf(curve: readonly EdgeScore[]): number {
  const points = uniqueBy(curve, ({ precision }) => precision);
  const at = Math.max(0.5, points[0].precision);
  return (
    interpolated(
      points,
      ({ precision }) => precision,
      ({ recall }) => recall,
      at,
    ) ?? 0
  );
}

/** In ascending order of a key, the first of equals. */
function uniqueBy(curve: readonly EdgeScore[], keyOf: (score: EdgeScore) => number): EdgeScore[] {
  const sorted = [...curve].sort((a, b) => keyOf(a) - keyOf(b));
  return sorted.filter((score, i) => i === 0 || keyOf(score) !== keyOf(sorted[i - 1]));
}

/** The value of y on straight lines between the points, which ascend in x; undefined outside of them. */
function interpolated(
  points: readonly EdgeScore[],
  xOf: (score: EdgeScore) => number,
  yOf: (score: EdgeScore) => number,
  x: number,
): number | undefined {
  const after = points.findIndex((point) => xOf(point) >= x);
  if (after < 0) return undefined;
  if (xOf(points[after]) === x) return yOf(points[after]);
  if (after === 0) return undefined;
  const [a, b] = [points[after - 1], points[after]];
  return yOf(a) + ((x - xOf(a)) / (xOf(b) - xOf(a))) * (yOf(b) - yOf(a));
}

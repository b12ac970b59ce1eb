import { SamError } from '../../errors.js';
import type { TruthImage } from '../../formats/coco/read-ground-truth.js';
import type { GreyImage } from '../../image/encode-image.js';
import { type BinaryMap, pixelsOf } from './binary-map.js';
import { matchedPixels } from './matched-pixels.js';
import { thinnedMap } from './thinned-map.js';
import { truthBoundariesOf } from './truth-boundaries.js';

/** Strengths from which on a pixel is an edge: 0.01, 0.02, ... 0.99. */
export const THRESHOLDS = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);

/** What an image's edges are worth at one threshold. Counts of images add up. */
export interface EdgeCounts {
  /** Pixels of the boundaries that people drew, those of each person counted, and how many of those were found. */
  readonly drawn: number;
  readonly drawnFound: number;
  /** Pixels of edges that were found, and how many of those anybody drew. */
  readonly found: number;
  readonly foundDrawn: number;
}

/** An image to be evaluated: plain data. */
export interface EdgeTask {
  readonly truth: TruthImage;
  /** The edge map, where there is one. */
  readonly edges?: { readonly map: GreyImage; readonly file: string };
}

/** An image's edges at each of {@link THRESHOLDS}. */
export interface EdgeEvaluation {
  readonly image: string;
  /** People who drew boundaries. */
  readonly annotators: number;
  readonly counts: readonly EdgeCounts[];
}

/**
 * Compares the edges of an image with what each person drew (`evaluation_bdry_image` of the Berkeley benchmark).
 *
 * @throws SamError `bad-usage` for an edge map of another size.
 */
export function edgeEvaluationOf({ truth, edges }: EdgeTask): EdgeEvaluation {
  const { width, height, fileName } = truth;
  const boundaries = truthBoundariesOf(truth);
  const drawn = boundaries.reduce((sum, map) => sum + pixelsOf(map), 0);
  const common = { image: fileName, annotators: boundaries.length };
  const none: EdgeCounts = { drawn, drawnFound: 0, found: 0, foundDrawn: 0 };
  if (!edges) return { ...common, counts: THRESHOLDS.map(() => none) };
  const { map, file } = edges;
  if (map.width !== width || map.height !== height) {
    const received = `${map.width} x ${map.height}`;
    throw new SamError(
      'bad-usage',
      `Expected ${width} x ${height} pixels for ${fileName} but received ${received} in ${file}`,
    );
  }
  let last: { readonly edges: BinaryMap; readonly counts: EdgeCounts } | undefined;
  const counts = THRESHOLDS.map((_, i) => {
    const above = levelsFrom(map, i + 1);
    // few maps have a level for every threshold
    if (last?.edges.data.every((value, at) => value === above.data[at])) return last.counts;
    last = { edges: above, counts: countsOf(thinnedMap(above), boundaries, drawn) };
    return last.counts;
  });
  return { ...common, counts };
}

/** Pixels at or above a level, in hundredths of the highest. */
function levelsFrom({ levels, width, height }: GreyImage, hundredths: number): BinaryMap {
  const highest = 2 ** (8 * levels.BYTES_PER_ELEMENT) - 1;
  const data = Uint8Array.from(levels, (level) => (100 * level >= hundredths * highest ? 1 : 0));
  return { width, height, data };
}

function countsOf(found: BinaryMap, boundaries: readonly BinaryMap[], drawn: number): EdgeCounts {
  // an edge that two people drew is right once
  const isDrawn = new Uint8Array(found.data.length);
  let drawnFound = 0;
  for (const boundary of boundaries) {
    const matched = matchedPixels(found, boundary);
    drawnFound += matched.truth.length;
    for (const at of matched.found) isDrawn[at] = 1;
  }
  return { drawn, drawnFound, found: pixelsOf(found), foundDrawn: pixelsOf({ ...found, data: isDrawn }) };
}

import { imageResultOfSa1b } from '../../formats/sa1b/read.js';
import type { ComparedSide, ComparisonData } from '../../report/data/report-data.js';
import { bundledText, onePageOf } from '../../report/files/page-html.js';
import { reportMaskOf } from '../../report/files/report-mask.js';
import { scriptTextOf } from '../../report/files/script-text.js';
import type { ImageResult } from '../../sam/found-mask.js';
import type { RunPair } from './compare-runs.js';
import { type ComparisonReport, matchedShareOf } from './comparison-report.js';
import { matchedMasks } from './matched-masks.js';

/** Images drawn: a page of thousands would not open. */
const DRAWN_IMAGES = 50;

/**
 * A page with the images that differ most, the worst first: each run's masks side by side, those without a match in colour.
 *
 * @throws SamError as `compareRuns`.
 */
export async function comparisonHtmlOf(runs: RunPair, report: ComparisonReport): Promise<string> {
  const data = await comparisonDataOf(runs, report);
  const [script, style] = await Promise.all([bundledText('comparison.js'), bundledText('report.css')]);
  return onePageOf('Comparison of two runs', style, [script, scriptTextOf('comparison', data)]);
}

async function comparisonDataOf(
  { recordsOfA: a, recordsOfB: b }: RunPair,
  report: ComparisonReport,
): Promise<ComparisonData> {
  const differing = report.per_image
    .filter((image) => matchedShareOf(image) < 1)
    .sort((p, q) => matchedShareOf(p) - matchedShareOf(q));
  const images: ComparisonData['images'][number][] = [];
  for (const { image } of differing.slice(0, DRAWN_IMAGES)) {
    const [first, second] = await Promise.all([a.textOf(image), b.textOf(image)]);
    images.push({ file_name: image, ...sidesOf(imageResultOfSa1b(first), imageResultOfSa1b(second), report.iou) });
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const lines = [
    `A: ${report.a}, ${report.a_masks} masks, ${percent(report.a_matched)} with a match`,
    `B: ${report.b}, ${report.b_masks} masks, ${percent(report.b_matched)} with a match`,
    `${report.images} images, ${differing.length} of them differ at an IoU of ${report.iou}; ${images.length} are drawn, the worst first`,
    ...(report.missing_in_a.length > 0 ? [`Missing in A: ${report.missing_in_a.join(', ')}`] : []),
    ...(report.missing_in_b.length > 0 ? [`Missing in B: ${report.missing_in_b.join(', ')}`] : []),
  ];
  return { lines, images };
}

function sidesOf(
  a: ImageResult,
  b: ImageResult,
  minIou: number,
): { readonly a: ComparedSide; readonly b: ComparedSide } {
  const isOneSize = a.width === b.width && a.height === b.height;
  const pairs = isOneSize ? matchedMasks(a.masks, b.masks, minIou) : [];
  return {
    a: sideOf(a, new Set(pairs.map((pair) => pair.a))),
    b: sideOf(b, new Set(pairs.map((pair) => pair.b))),
  };
}

function sideOf({ width, height, masks }: ImageResult, matched: ReadonlySet<number>): ComparedSide {
  return { width, height, masks: masks.map((mask, i) => ({ ...reportMaskOf(mask, i + 1), matched: matched.has(i) })) };
}

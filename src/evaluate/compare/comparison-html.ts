import { imageResultOfSa1b } from '../../formats/sa1b/read.js';
import { imageFileOf } from '../../image/encode-image.js';
import { overlayOfMasks } from '../../image/overlay.js';
import type { FoundMask, ImageResult } from '../../sam/found-mask.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import type { RunPair } from './compare-runs.js';
import { type ComparisonReport, matchedShareOf } from './comparison-report.js';
import { matchedMasks } from './matched-masks.js';

/** Images drawn: a page of thousands would not open. */
const DRAWN_IMAGES = 50;
/** Grey levels of the ground and of masks that have a match. */
const GROUND = 250;
const MATCHED = 205;

const STYLE = `body { font: 15px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 1400px; padding: 0 1em }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1em } figure { margin: 0 } img { width: 100%; border: 1px solid #ccc }`;

/**
 * A page with the images that differ most, the worst first: each run's masks side by side, those without a match in colour.
 *
 * @throws SamError as `compareRuns`.
 */
export async function comparisonHtmlOf(
  { recordsOfA: a, recordsOfB: b }: RunPair,
  report: ComparisonReport,
): Promise<string> {
  const differing = report.per_image
    .filter((image) => matchedShareOf(image) < 1)
    .sort((p, q) => matchedShareOf(p) - matchedShareOf(q));
  const sections: string[] = [];
  for (const { image } of differing.slice(0, DRAWN_IMAGES)) {
    const [first, second] = await Promise.all([a.textOf(image), b.textOf(image)]);
    sections.push(await sectionOf(image, imageResultOfSa1b(first), imageResultOfSa1b(second), report.iou));
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const lines = [
    `A: ${report.a}, ${report.a_masks} masks, ${percent(report.a_matched)} with a match`,
    `B: ${report.b}, ${report.b_masks} masks, ${percent(report.b_matched)} with a match`,
    `${report.images} images, ${differing.length} of them differ at an IoU of ${report.iou}; ${sections.length} are drawn, the worst first`,
    ...(report.missing_in_a.length > 0 ? [`Missing in A: ${report.missing_in_a.join(', ')}`] : []),
    ...(report.missing_in_b.length > 0 ? [`Missing in B: ${report.missing_in_b.join(', ')}`] : []),
  ];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Comparison of two runs</title>',
    `<style>${STYLE}</style></head><body><h1>Comparison of two runs</h1>`,
    ...lines.map((line) => `<p>${escaped(line)}</p>`),
    ...sections,
    '</body></html>\n',
  ].join('\n');
}

async function sectionOf(image: string, a: ImageResult, b: ImageResult, minIou: number): Promise<string> {
  const isOneSize = a.width === b.width && a.height === b.height;
  const pairs = isOneSize ? matchedMasks(a.masks, b.masks, minIou) : [];
  const figures = [
    await figureOf('A', a, new Set(pairs.map((pair) => pair.a))),
    await figureOf('B', b, new Set(pairs.map((pair) => pair.b))),
  ];
  return `<h2>${escaped(image)}</h2>\n<div class="pair">${figures.join('\n')}</div>`;
}

async function figureOf(run: string, result: ImageResult, matched: ReadonlySet<number>): Promise<string> {
  const others = result.masks.filter((_, i) => !matched.has(i));
  const ground = groundOf(
    result,
    result.masks.filter((_, i) => matched.has(i)),
  );
  const png = await imageFileOf(overlayOfMasks(ground, others), 'png');
  const words = `${run}: ${result.masks.length} masks, ${others.length} without a match`;
  return `<figure><img src="data:image/png;base64,${png.toString('base64')}" alt=""><figcaption>${words}</figcaption></figure>`;
}

/** Nothing but the masks that have a match, in grey. */
function groundOf({ width, height }: ImageResult, masks: readonly FoundMask[]): RgbImage {
  const data = new Uint8Array(3 * width * height).fill(GROUND);
  for (const { mask } of masks) {
    const { runsColumnMajor } = mask;
    for (let i = 0, at = 0; i < runsColumnMajor.length; at += runsColumnMajor[i++]) {
      if (i % 2 === 0) continue;
      for (let pixel = at; pixel < at + runsColumnMajor[i]; pixel++) {
        const p = 3 * ((pixel % height) * width + Math.floor(pixel / height));
        data.fill(MATCHED, p, p + 3);
      }
    }
  }
  return { data, width, height };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** What a mask costs against the image's size, measured and drawn: docs/mask-kernels-by-size.png. */
import sharp from 'sharp';
import { MaskMeasurer } from '../src/mask/logits/mask-measurer.js';
import { createResizePlan } from '../src/mask/logits/resize-plan.js';
import { loadFixtureLogits } from '../test/mask/logits/fixture-logits.js';
import { plainMask } from '../test/mask/logits/plain-mask.js';
import { medianMilliseconds, report } from './timing.js';

const MEGAPIXELS = [0.25, 0.5, 1, 2.16, 4, 8, 12, 24];
const FIGURE = 'docs/mask-kernels-by-size.png';

export async function run(): Promise<void> {
  const { logits, masks, storedHigh, stride } = loadFixtureLogits('coffee');
  const filtered: number[] = [];
  const all: number[] = [];
  const plain: number[] = [];
  for (const megapixels of MEGAPIXELS) {
    const height = Math.round(Math.sqrt((megapixels * 1e6) / 1.5));
    const width = Math.round(1.5 * height);
    const plan = createResizePlan({ width, height });
    const millisecondsOf = (measurer: MaskMeasurer) =>
      medianMilliseconds(15, () => {
        for (let i = 0; i < masks; i++) measurer.measure(logits, i * stride, storedHigh);
      }) / masks;
    let mask = 0;
    const plainOnce = () => plainMask(logits, { width, height, storedHigh, offset: stride * (mask++ % masks) });
    const what = `${megapixels} megapixels (${width}x${height}), one mask`;
    const note = (costs: number[], how: string, milliseconds: number) => {
      costs.push(milliseconds);
      report(`${what}: ${how}`, milliseconds);
    };
    note(plain, 'plain', medianMilliseconds(3, plainOnce));
    note(all, 'walk, every mask to its runs', millisecondsOf(new MaskMeasurer(plan)));
    const strict = new MaskMeasurer(plan, { stabilityScoreThresh: 0.95 });
    note(filtered, 'walk, stability at least 0.95', millisecondsOf(strict));
  }
  const growth = (values: number[]) => lastOf(values) / values[0];
  process.stdout.write(
    `  96 times the area: plain ${growth(plain).toFixed(0)} times the cost, walk to the runs ` +
      `${growth(all).toFixed(1)}, walk with the filter ${growth(filtered).toFixed(1)}\n`,
  );
  await sharp(Buffer.from(chart({ plain, all, filtered })))
    .png({ palette: true })
    .toFile(FIGURE);
  process.stdout.write(`  drawn to ${FIGURE}\n`);
}

function lastOf(values: readonly number[]): number {
  return values[values.length - 1];
}

/** Both axes logarithmic, so that growing with the area is a slope of 1. */
function chart(costs: { plain: number[]; all: number[]; filtered: number[] }): string {
  const [left, top, right, bottom] = [90, 50, 700, 430];
  const [lowest, highest] = [0.1, 1000];
  const x = (megapixels: number) =>
    left + ((right - left) * Math.log(megapixels / MEGAPIXELS[0])) / Math.log(lastOf(MEGAPIXELS) / MEGAPIXELS[0]);
  const y = (milliseconds: number) =>
    bottom - ((bottom - top) * Math.log(milliseconds / lowest)) / Math.log(highest / lowest);
  const line = (values: number[], colour: string, name: string) => {
    const points = values.map((value, i) => `${x(MEGAPIXELS[i]).toFixed(1)},${y(value).toFixed(1)}`);
    const dots = points.map((point) => {
      const [cx, cy] = point.split(',');
      return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`;
    });
    return (
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}` +
      `<text x="${right + 12}" y="${y(lastOf(values)) + 5}" fill="${colour}">${name}</text>`
    );
  };
  const rows = [0.1, 1, 10, 100, 1000].map(
    (value) =>
      `<line x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>` +
      `<text x="${left - 10}" y="${y(value) + 5}" text-anchor="end">${value} ms</text>`,
  );
  const columns = MEGAPIXELS.map(
    (value) => `<text x="${x(value)}" y="${bottom + 24}" text-anchor="middle">${value}</text>`,
  );
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" width="920" height="490" font-family="sans-serif" font-size="14">' +
    `<rect width="100%" height="100%" fill="white"/><text x="${left}" y="28" font-size="16">` +
    `Milliseconds a mask, real logits, one thread</text>${rows.join('')}${columns.join('')}` +
    `<text x="${(left + right) / 2}" y="${bottom + 48}" text-anchor="middle">megapixels (both axes logarithmic)</text>` +
    `${line(costs.plain, '#b03a2e', 'every pixel')}${line(costs.all, '#2e6da4', 'walk, all masks to runs')}` +
    `${line(costs.filtered, '#2d8a4e', 'walk, score at least 0.95')}</svg>`
  );
}

/** docs/nms.png and docs/non-overlapping.png: what these settings do to drawn masks, by the generator's own code. */
import sharp from 'sharp';
import { withoutOverlaps } from '../../src/amg/selection/overlaps.js';
import { selectedInCrop } from '../../src/amg/selection/selection.js';
import { columnMajorFromMaskRuns, maskRunsFromRowMajor } from '../../src/mask/runs/dense-mask.js';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import type { FoundMask } from '../../src/sam/found-mask.js';
import { maskColourOf } from '../../src/sam/mask-colour.js';

const WIDTH = 260;
const HEIGHT = 200;
const GAP = 20;
const CAPTION = 44;

/** A mask drawn by a rule, with a score that also tells it from the others. */
function drawnMask(predictedIou: number, isInside: (x: number, y: number) => boolean): FoundMask {
  const dense = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
    isInside(i % WIDTH, Math.floor(i / WIDTH)) ? 1 : 0,
  );
  return {
    ...measuredMask(maskRunsFromRowMajor(dense, WIDTH, HEIGHT)),
    predictedIou,
    stabilityScore: 1,
    pointsXy: [],
    cropXyxy: [0, 0, WIDTH, HEIGHT],
  };
}

/** An image of masks, RGB: common pixels show both colours, and each mask keeps the colour of its score. */
function painted(masks: readonly FoundMask[], colourOf: (found: FoundMask) => readonly number[]): Uint8Array {
  const data = new Uint8Array(WIDTH * HEIGHT * 3).fill(245);
  for (const found of masks) {
    const colour = colourOf(found);
    const mask = columnMajorFromMaskRuns(found.mask);
    for (let x = 0; x < WIDTH; x++) {
      for (let y = 0; y < HEIGHT; y++) {
        if (mask[x * HEIGHT + y] === 0) continue;
        const isEdge = [x * HEIGHT + y - 1, x * HEIGHT + y + 1, (x - 1) * HEIGHT + y, (x + 1) * HEIGHT + y].some(
          (neighbour) => mask[neighbour] !== 1,
        );
        const share = isEdge ? 1 : 0.5;
        for (let c = 0; c < 3; c++)
          data[(y * WIDTH + x) * 3 + c] += (colour[c] - data[(y * WIDTH + x) * 3 + c]) * share;
      }
    }
  }
  return data;
}

/** Panels side by side, each with two lines below it. */
async function drawPanels(path: string, all: readonly FoundMask[], panels: readonly [FoundMask[], string, string][]) {
  const scores = all.map(({ predictedIou }) => predictedIou);
  const colourOf = ({ predictedIou }: FoundMask) => maskColourOf(scores.indexOf(predictedIou));
  const width = panels.length * (WIDTH + GAP) + GAP;
  const height = HEIGHT + 2 * GAP + CAPTION;
  const captions = panels.map(([, first, second], i) => {
    const x = GAP + i * (WIDTH + GAP);
    return (
      `<text x="${x}" y="${HEIGHT + GAP + 24}" font-weight="bold">${first}</text>` +
      `<text x="${x}" y="${HEIGHT + GAP + 44}">${second}</text>`
    );
  });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="14">` +
    `${captions.join('')}</svg>`;
  await sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite([
      ...panels.map(([masks], i) => ({
        input: Buffer.from(painted(masks, colourOf)),
        raw: { width: WIDTH, height: HEIGHT, channels: 3 as const },
        left: GAP + i * (WIDTH + GAP),
        top: GAP,
      })),
      { input: Buffer.from(svg), left: 0, top: 0 },
    ])
    .png({ palette: true })
    .toFile(path);
}

/** A bar from one corner to the other; `shift` moves it aside. */
const diagonal = (slope: 1 | -1, shift: number) => (x: number, y: number) => {
  const along = slope === 1 ? y : HEIGHT - 1 - y;
  const isInFrame = x >= 20 && x < WIDTH - 20 && y >= 20 && y < HEIGHT - 20;
  return isInFrame && Math.abs((along - HEIGHT / 2) * 1.3 - (x - WIDTH / 2) + shift) < 22;
};
const rectangle = (x0: number, y0: number, x1: number, y1: number) => (x: number, y: number) =>
  x >= x0 && x < x1 && y >= y0 && y < y1;
const disc = (cx: number, cy: number, radius: number) => (x: number, y: number) =>
  (x - cx) ** 2 + (y - cy) ** 2 < radius ** 2;
/** Draws both. */
export async function draw(): Promise<void> {
  const crossing = [drawnMask(0.97, diagonal(1, 0)), drawnMask(0.95, diagonal(-1, 0)), drawnMask(0.93, diagonal(1, 3))];
  const byBox = selectedInCrop(crossing, { nms: 'box', boxNmsThresh: 0.7 });
  const byMask = selectedInCrop(crossing, { nms: 'mask', boxNmsThresh: 0.7 });
  await drawPanels('docs/nms.png', crossing, [
    [crossing, 'before', 'three masks of two bars'],
    [byBox, '--nms box', 'one box, so one object'],
    [byMask, '--nms mask', 'two objects, each once'],
  ]);

  const overlapping = [
    drawnMask(0.96, rectangle(20, 30, 200, 180)),
    drawnMask(0.93, disc(185, 100, 60)),
    drawnMask(0.9, disc(80, 100, 34)),
  ];
  const smaller = withoutOverlaps(overlapping, 'smaller');
  const higher = withoutOverlaps(overlapping, 'higher-scored');
  await drawPanels('docs/non-overlapping.png', overlapping, [
    [overlapping, '--non-overlapping none', 'the sheet has the best score'],
    [smaller, '--non-overlapping smaller', 'parts lie in front of wholes'],
    [higher, '--non-overlapping higher-scored', 'what it covers altogether is gone'],
  ]);
}

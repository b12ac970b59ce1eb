/** docs/asked-points.jpg: the points of a grid that `--points-budget` asks first, on two photographs. */
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { gridPoints } from '../../src/amg/points/grid-points.js';
import { REFERENCE_SETTINGS, unitGridsOfSettings } from '../../src/amg/settings.js';
import { decodeImage } from '../../src/image/decode-image.js';
import { loadModel, type SamModel } from '../../src/model/runtime/load-model.js';
import { fixtureUrl } from '../../test/support/fixture.js';

const BUDGETS = [64, 256];
const PANEL_WIDTH = 400;
const GAP = 10;
const grids = unitGridsOfSettings(REFERENCE_SETTINGS);

/** A photograph with all points of the grid, and the asked ones in another colour; beside it with a larger budget. */
async function panelsOf(model: SamModel, file: string): Promise<Buffer[]> {
  const path = fileURLToPath(fixtureUrl(`images/${file}`));
  const image = await decodeImage(path);
  const { width, height } = image;
  const encoded = await model.encode(image);
  const crop = { boxXyxy: [0, 0, width, height], layer: 0 } as const;
  const scale = PANEL_WIDTH / width;
  const panelHeight = Math.round(height * scale);
  const dots = (points: Float64Array, radius: number, style: string) =>
    Array.from(
      { length: points.length / 2 },
      (_, i) => `<circle cx="${points[2 * i] * scale}" cy="${points[2 * i + 1] * scale}" r="${radius}" ${style}/>`,
    );
  const all = dots(gridPoints(grids).pointsIn(crop, encoded), 1.2, 'fill="white" fill-opacity="0.8"');
  return Promise.all(
    BUDGETS.map((budget) => {
      const asked = gridPoints(grids, budget / (grids[0].length / 2)).pointsIn(crop, encoded);
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${PANEL_WIDTH}" height="${panelHeight}">${[
        ...all,
        ...dots(asked, 3.6, 'fill="#ff9d00" stroke="black" stroke-width="0.8"'),
      ].join('')}</svg>`;
      return sharp(path)
        .resize(PANEL_WIDTH, panelHeight)
        .removeAlpha()
        .composite([{ input: Buffer.from(svg), left: 0, top: 0 }])
        .png()
        .toBuffer();
    }),
  );
}

/** Draws a row a photograph, a column a budget. */
export async function draw(): Promise<void> {
  const model = await loadModel();
  const rows = [await panelsOf(model, 'coffee.png'), await panelsOf(model, 'chelsea.png')];
  await model.release();
  const heights = await Promise.all(rows.map(async ([first]) => (await sharp(first).metadata()).height));
  const width = BUDGETS.length * (PANEL_WIDTH + GAP) - GAP;
  const height = heights.reduce((sum, each) => sum + each + GAP, -GAP);
  await sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite(
      rows.flatMap((row, y) =>
        row.map((input, x) => ({
          input,
          left: x * (PANEL_WIDTH + GAP),
          top: heights.slice(0, y).reduce((sum, each) => sum + each + GAP, 0),
        })),
      ),
    )
    .jpeg({ quality: 82 })
    .toFile('docs/asked-points.jpg');
}

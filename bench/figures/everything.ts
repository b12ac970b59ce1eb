/** docs/everything.jpg: the fixture photographs, below each its masks, from a folder of overlays of `everything fixtures/images`. */
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { fixtureUrl } from '../../test/support/fixture.js';

const FILES = ['chelsea.png', 'coffee.png', 'astronaut.png'];
const [HEIGHT, GAP] = [300, 6];

/** Draws them. @param overlays - What `--overlay` wrote. */
export async function draw(overlays: string | undefined): Promise<void> {
  if (overlays === undefined) throw new Error('Expected the folder of overlays of `everything fixtures/images`');
  const tiles: { readonly input: Buffer; readonly left: number; readonly top: number }[] = [];
  let left = 0;
  for (const file of FILES) {
    const paths = [fileURLToPath(fixtureUrl(`images/${file}`)), join(overlays, `${parse(file).name}.png`)];
    const inputs = await Promise.all(
      paths.map((path) => sharp(path).resize({ height: HEIGHT }).removeAlpha().png().toBuffer()),
    );
    for (const [row, input] of inputs.entries()) tiles.push({ input, left, top: row * (HEIGHT + GAP) });
    left += ((await sharp(inputs[0]).metadata()).width ?? 0) + GAP;
  }
  await sharp({ create: { width: left - GAP, height: 2 * HEIGHT + GAP, channels: 3, background: 'white' } })
    .composite(tiles)
    .jpeg({ quality: 85 })
    .toFile('docs/everything.jpg');
}

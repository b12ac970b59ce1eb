import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { randomInteger, seededRandom } from './seeded-random.js';

/** Flags of a run that is quick and makes masks of any image: one point, nothing filtered. */
export const COARSE = [
  '--preset',
  'reference',
  '--points-per-side',
  '1',
  '--pred-iou-thresh',
  '0',
  '--stability-score-thresh',
  '0',
];

/** Bytes of a small image: a disc on a ground, both of random colours. */
export async function smallImage(seed: number, format: 'png' | 'jpeg' | 'webp' | 'tiff' = 'png'): Promise<Buffer> {
  const random = seededRandom(seed);
  const width = randomInteger(random, 24, 64);
  const height = randomInteger(random, 24, 64);
  const colours = Array.from({ length: 6 }, () => randomInteger(random, 0, 255));
  const radius = Math.min(width, height) * (0.2 + 0.25 * random());
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const ground = Math.hypot(x - width / 2, y - height / 2) < radius ? 0 : 3;
      for (let c = 0; c < 3; c++) data[3 * (y * width + x) + c] = colours[ground + c];
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/**
 * Writes images `sub0/00000.png`, `sub1/00001.png`, ... below a folder.
 *
 * @param seedOf - Of an image by its number; images of one seed have the same pixels. @default each its own
 */
export async function writeSmallImages(folder: string, count: number, seedOf = (i: number) => i + 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    const path = join(folder, `sub${i % 3}`, `${String(i).padStart(5, '0')}.png`);
    await mkdir(dirname(path), { recursive: true });
    await sharp(await smallImage(seedOf(i))).toFile(path);
  }
}

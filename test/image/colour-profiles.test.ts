import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { decodeImage } from '../../src/image/decode-image.js';
import { imageHeaderOf } from '../../src/image/image-header.js';
import type { RgbImage } from '../../src/sam/rgb-image.js';
import { fixtureUrl, readJsonFixture } from '../support/fixture.js';

interface Golden {
  readonly images: readonly { readonly file: string; readonly width: number; readonly height: number; rgb: string }[];
}

/** Levels by which a decoder may differ from Pillow's: another AV1 decoder; lcms through libvips, which rounds twice. */
const LEVELS: Readonly<Record<string, number>> = { 'adobe-rgb.avif': 1, 'cmyk.jpg': 1 };

function largestDifference(a: RgbImage['data'], b: Uint8Array): number {
  let largest = 0;
  for (const [i, level] of a.entries()) largest = Math.max(largest, Math.abs(level - (b[i] ?? Number.NaN)));
  return largest;
}

describe('decodeImage', () => {
  const { images } = readJsonFixture<Golden>('colour-profiles/golden.json');
  for (const { file, width, height, rgb } of images) {
    const levels = LEVELS[file] ?? 0;
    it(`reads ${file} as Pillow does, ${levels === 0 ? 'to the level' : `within ${levels} level`}`, async () => {
      const path = fileURLToPath(fixtureUrl(`colour-profiles/${file}`));
      const golden = inflateSync(Buffer.from(rgb, 'base64'));
      const header = await imageHeaderOf(path, { name: file });
      assert.equal(header.isCmyk, file === 'cmyk.jpg');
      for (const image of [await decodeImage(path), await decodeImage(path, { header })]) {
        assert.deepEqual([image.width, image.height, image.data.length], [width, height, golden.length]);
        const difference = largestDifference(image.data, golden);
        assert.ok(difference <= levels, `${difference} levels`);
      }
    });
  }
});

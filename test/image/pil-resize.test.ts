import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { type Resampling, resizeLikePil } from '../../src/image/pil-resize.js';
import { fixtureUrl, readJsonFixture } from '../support/fixture.js';

interface GoldenCase {
  readonly crop: readonly [left: number, top: number, width: number, height: number];
  readonly size: readonly [width: number, height: number];
  readonly resampling: Resampling;
  readonly sha256: string;
}

describe('resizeLikePil', () => {
  for (const { crop, size, resampling, sha256 } of readJsonFixture<GoldenCase[]>('pil-resize/golden.json')) {
    it(`gives Pillow's ${resampling} bytes for ${crop.slice(2).join(' x ')} -> ${size.join(' x ')}`, async () => {
      const [left, top, width, height] = crop;
      const data = await sharp(fileURLToPath(fixtureUrl('images/coffee.png')))
        .removeAlpha()
        .extract({ left, top, width, height })
        .raw()
        .toBuffer();
      const resized = resizeLikePil({ data, width, height }, size[0], size[1], resampling);
      assert.deepEqual([resized.width, resized.height], size);
      assert.equal(createHash('sha256').update(resized.data).digest('hex'), sha256);
    });
  }
});

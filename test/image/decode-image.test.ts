import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { SamError } from '../../src/errors.js';
import { decodeImage } from '../../src/image/decode-image.js';
import { fixtureUrl } from '../support/fixture.js';

const coffee = fileURLToPath(fixtureUrl('images/coffee.png'));
const [WIDTH, HEIGHT] = [600, 400];

const original = (await decodeImage(coffee)).data;

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}

/** The 8-bit pixels of coffee.png as 16-bit ones with the same meaning. */
function sixteenBit(): Sharp {
  const wide = Uint16Array.from(original, (level) => level * 257);
  return sharp(wide, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

describe('decodeImage', () => {
  const lossless: Record<string, () => Sharp> = {
    PNG: () => sharp(coffee).png(),
    'lossless WebP': () => sharp(coffee).webp({ lossless: true }),
    'lossless TIFF': () => sharp(coffee).tiff({ compression: 'lzw' }),
    '16-bit PNG': () => sixteenBit().toColourspace('rgb16').png(),
    '16-bit TIFF': () => sixteenBit().toColourspace('rgb16').tiff({ compression: 'lzw' }),
    'PNG with alpha, whose pixels keep their colour': () => sharp(coffee).ensureAlpha(0.3).png(),
  };
  for (const [name, encoded] of Object.entries(lossless)) {
    it(`reads ${name} to the level`, async () => {
      const image = await decodeImage(await encoded().toBuffer());
      assert.deepEqual([image.width, image.height], [WIDTH, HEIGHT]);
      assert.ok(Buffer.from(image.data).equals(Buffer.from(original)));
    });
  }

  const lossy: Record<string, [encoded: () => Sharp, levels: number]> = {
    JPEG: [() => sharp(coffee).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }), 1],
    GIF: [() => sharp(coffee).gif(), 3],
    AVIF: [() => sharp(coffee).avif({ quality: 90, effort: 0 }), 3],
    'CMYK JPEG (inks cannot make every colour)': [() => sharp(coffee).toColourspace('cmyk').jpeg({ quality: 100 }), 10],
  };
  for (const [name, [encoded, levels]] of Object.entries(lossy)) {
    it(`reads ${name} within ${levels} levels on average`, async () => {
      const image = await decodeImage(await encoded().toBuffer());
      assert.deepEqual([image.width, image.height], [WIDTH, HEIGHT]);
      assert.equal(image.data.length, WIDTH * HEIGHT * 3);
      assert.ok(meanDifference(image.data, original) <= levels, `${meanDifference(image.data, original)}`);
    });
  }

  for (const space of ['b-w', 'grey16']) {
    it(`repeats grey in all channels (${space})`, async () => {
      const grey = await (space === 'grey16' ? sixteenBit() : sharp(coffee)).toColourspace(space).png().toBuffer();
      const { data } = await decodeImage(grey);
      assert.equal(data.length, WIDTH * HEIGHT * 3);
      for (let p = 0; p < data.length; p += 3) {
        if (data[p] !== data[p + 1] || data[p] !== data[p + 2]) assert.fail(`pixel ${p / 3} is not grey`);
      }
      const luma = await sharp(coffee).toColourspace('b-w').raw().toBuffer();
      const ours = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => data[3 * i]);
      assert.ok(meanDifference(ours, luma) <= 1);
    });
  }

  it('turns an image upright by its EXIF orientation', async () => {
    // orientation 6: the camera was turned, so the file holds the image rotated by 90 degrees to the left
    const turned = await sharp(coffee).rotate(-90).withMetadata({ orientation: 6 }).png().toBuffer();
    const image = await decodeImage(turned);
    assert.deepEqual([image.width, image.height], [WIDTH, HEIGHT]);
    assert.ok(Buffer.from(image.data).equals(Buffer.from(original)));
  });

  it('takes raw RGB as it is', async () => {
    const raw = { data: Uint8Array.from([1, 2, 3, 4, 5, 6]), width: 2, height: 1 };
    assert.equal(await decodeImage(raw), raw);
  });

  it('refuses raw RGB of another size', async () => {
    await assert.rejects(decodeImage({ data: new Uint8Array(5), width: 2, height: 1 }), {
      code: 'unreadable-image',
      message: 'Expected raw RGB of width * height * 3 bytes but received 5 bytes for 2 x 1',
    });
  });

  it('refuses a drawing, which is a program', async () => {
    const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await assert.rejects(decodeImage(drawing, { name: 'drawing.png' }), {
      code: 'unreadable-image',
      message: 'Expected an image (JPEG, PNG, WebP, TIFF, GIF or AVIF) but drawing.png holds svg',
    });
  });

  it('names the file that is no image', async () => {
    const error: unknown = await decodeImage(fileURLToPath(import.meta.url)).catch((e: unknown) => e);
    assert.ok(error instanceof SamError);
    assert.equal(error.code, 'unreadable-image');
    assert.match(error.message, /^Expected an image \(JPEG, PNG, .*could not read .*decode-image\.test\.js: /);
  });

  it('refuses a truncated file instead of filling it up with grey', async () => {
    for (const encoded of [sharp(coffee).jpeg(), sharp(coffee).png()]) {
      const whole = await encoded.toBuffer();
      await assert.rejects(decodeImage(whole.subarray(0, whole.length / 2)), { code: 'unreadable-image' });
    }
  });

  it('refuses more pixels than allowed before it decodes them', async () => {
    await assert.rejects(decodeImage(await readFile(coffee), { maxPixels: 1000 }), {
      code: 'too-many-pixels',
      message: 'Expected at most 1000 pixels but the image has 600 x 400 = 240000',
    });
  });
});

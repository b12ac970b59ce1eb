import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PixelLogits } from '../../../src/mask/logits/pixel-logits.js';
import { createResizePlan } from '../../../src/mask/logits/resize-plan.js';
import { SAM1_GEOMETRY } from '../../../src/sam/geometry.js';
import { fixtureUrl } from '../../support/fixture.js';
import { loadFixtureLogits } from './fixture-logits.js';

test('the logit of a pixel is what PyTorch gives when it resizes twice', () => {
  const { logits, storedHigh, stride } = loadFixtureLogits('coffee');
  const bytes = readFileSync(fixtureUrl('logits/torch.f32'));
  let at = 0;
  for (const [width, height] of [
    [61, 41],
    [300, 200],
    [600, 400],
    [1024, 683],
    [1800, 1200],
    [4500, 3000],
  ] as const) {
    const pixels = new PixelLogits(createResizePlan({ width, height }));
    let worst = 0;
    for (const mask of [0, 1]) {
      for (let i = 0; i < 2000; i++, at += 4) {
        const position = (i * 768143) % (width * height);
        const value = pixels.at(logits, mask * stride, storedHigh, Math.floor(position / height), position % height);
        worst = Math.max(worst, Math.abs(value - bytes.readFloatLE(at)));
      }
    }
    assert.ok(worst < 2e-5, `${width}x${height} differs by ${worst}`);
  }
  assert.equal(at, bytes.length);
});

test('where masks are resized once, a pixel lies between four cells', () => {
  const geometry = { ...SAM1_GEOMETRY, lowResSize: 4, fit: 'stretch', maskResize: 'direct' } as const;
  const pixels = new PixelLogits(createResizePlan({ width: 8, height: 4, geometry }));
  // cell column x, row y holds 10 x + y
  const logits = Float32Array.from({ length: 16 }, (_, i) => 10 * Math.floor(i / 4) + (i % 4));
  assert.equal(pixels.at(logits, 0, 4, 0, 0), 0);
  assert.equal(pixels.at(logits, 0, 4, 1, 2), 4.5);
  assert.equal(pixels.at(logits, 0, 4, 2, 2), 9.5);
  assert.equal(pixels.at(logits, 0, 4, 7, 3), 33);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MaskMeasurer } from '../../../src/mask/logits/mask-measurer.js';
import { createResizePlan } from '../../../src/mask/logits/resize-plan.js';
import { createTypescriptKernels } from '../../../src/mask/logits/typescript-kernels.js';
import { loadFixtureLogits } from './fixture-logits.js';
import { plainMask, plainResize } from './plain-mask.js';

for (const name of ['coffee', 'chelsea', 'astronaut'] as const) {
  test(`real masks of ${name} equal the plain implementation at several scales`, () => {
    const { width, height, logits, masks, storedHigh, stride } = loadFixtureLogits(name);
    for (const scale of [0.2, 1, 2.5]) {
      const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
      const plan = createResizePlan(size);
      assert.ok(plan.cellsHigh <= storedHigh);
      const measurer = new MaskMeasurer(plan);
      const typescript = new MaskMeasurer(plan, { createKernels: createTypescriptKernels });
      const strict = new MaskMeasurer(plan, { stabilityScoreThresh: 0.95 });
      for (let i = 0; i < masks; i++) {
        const offset = i * stride;
        measurer.measure(logits, offset, storedHigh);
        typescript.measure(logits, offset, storedHigh);
        assert.equal(typescript.intersection, measurer.intersection);
        assert.equal(typescript.union, measurer.union);
        const { intersection, union, area } = measurer;
        const plain = plainMask(logits, { ...size, storedHigh, offset });
        assert.deepEqual(
          {
            intersection,
            union,
            area,
            boxXyxy: [...measurer.boxXyxy],
            runsColumnMajor: [...measurer.runsColumnMajor],
          },
          plain,
          `mask ${i} at ${size.width}x${size.height}`,
        );
        assert.equal(strict.measure(logits, offset, storedHigh), plain.intersection / plain.union >= 0.95);
      }
    }
  });
}

test('the composed resize is what PyTorch gives when it resizes twice', () => {
  const { logits, storedHigh, stride } = loadFixtureLogits('coffee');
  const bytes = readFileSync(new URL('../../../../fixtures/logits/torch.f32', import.meta.url));
  let at = 0;
  for (const [width, height] of [
    [61, 41],
    [300, 200],
    [600, 400],
    [1024, 683],
    [1800, 1200],
    [4500, 3000],
  ]) {
    for (const mask of [0, 1]) {
      const pixels = plainResize(logits, { width, height, storedHigh, offset: mask * stride });
      let worst = 0;
      for (let i = 0; i < 2000; i++, at += 4) {
        const difference = Math.abs(pixels[(i * 768143) % pixels.length] - bytes.readFloatLE(at));
        if (difference > worst) worst = difference;
      }
      assert.ok(worst < 2e-5, `mask ${mask} at ${width}x${height} differs by ${worst}`);
    }
  }
  assert.equal(at, bytes.length);
});

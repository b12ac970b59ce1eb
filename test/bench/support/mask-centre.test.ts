import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { centreOfMask } from '../../../bench/support/mask-centre.js';
import { maskRunsFromRowMajor } from '../../../src/mask/runs/dense-mask.js';
import { drawn } from '../../support/drawn-mask.js';
import { randomBlobs } from '../../support/random-mask.js';
import { seededRandom } from '../../support/seeded-random.js';

describe('the centre of a mask', () => {
  it('is the pixel farthest from its border, the image’s edge included', () => {
    assert.deepEqual(centreOfMask(drawn('.....', '.###.', '.###.', '.###.', '.....')), { x: 2, y: 2, distance: 2 });
    assert.deepEqual(centreOfMask(drawn('###', '###', '###')), { x: 1, y: 1, distance: 2 });
    assert.deepEqual(centreOfMask(drawn('....', '..#.')), { x: 2, y: 1, distance: 1 });
    assert.equal(centreOfMask(drawn('...', '...', '...')), undefined);
  });

  it('agrees with looking at every pair of pixels', () => {
    const random = seededRandom(4);
    const [width, height] = [31, 23];
    const mask = randomBlobs(random, width, height, 5);
    const isOn = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] === 1;
    let farthest = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let nearest = isOn(x, y) ? Infinity : 0;
        for (let v = -1; v <= height; v++) {
          for (let u = -1; u <= width; u++) if (!isOn(u, v)) nearest = Math.min(nearest, (u - x) ** 2 + (v - y) ** 2);
        }
        farthest = Math.max(farthest, nearest);
      }
    }
    assert.equal(centreOfMask(maskRunsFromRowMajor(mask, width, height))?.distance, Math.sqrt(farthest));
  });
});

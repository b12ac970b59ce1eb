import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { CropHelpers } from '../../src/execute/crop-helpers.js';
import type { CropOffer, FoundByBatch } from '../../src/execute/crop-offer.js';

/** With one idle worker thread, an offer of two batches, and the thread that offers them. */
function oneIdleHelper(help: () => Promise<FoundByBatch>) {
  // the next batch, the points answered, and whether helpers are wanted elsewhere
  const cells = new Int32Array(3);
  // what is asked matters to the helper only
  const offer = { crop: { batches: [[], []] }, cells } as unknown as CropOffer;
  const { port1: desk, port2: thread } = new MessageChannel();
  let asked = 0;
  let idle = 1;
  const cropHelpers = new CropHelpers({
    idle: () => idle,
    help: () => {
      asked++;
      idle = 0;
      return help().finally(() => {
        idle = 1;
      });
    },
  });
  cropHelpers.open(offer, desk);
  return { cropHelpers, desk, thread, cells, asked: () => asked };
}

describe('CropHelpers', () => {
  it('gives a thread what its helpers found', async () => {
    const found: FoundByBatch = new Map([[1, []]]);
    const { thread, cells } = oneIdleHelper(async () => found);
    cells[0] = 2;
    thread.postMessage('taken');
    assert.deepEqual(await once(thread, 'message'), [found]);
  });

  it('gives nothing for a helper that was lost long before it is asked for, and does not send another', async () => {
    const { cropHelpers, thread, asked } = oneIdleHelper(() => Promise.reject(new Error('worker lost')));
    // an unhandled rejection would end the process here
    await setImmediate();
    cropHelpers.assign();
    assert.equal(asked(), 1);
    thread.postMessage('taken');
    assert.deepEqual(await once(thread, 'message'), [new Map()]);
  });

  it('calls helpers back, and sends no more, once the thread gave its image up', async () => {
    const { cropHelpers, desk, thread, cells, asked } = oneIdleHelper(async () => new Map());
    thread.close();
    await once(desk, 'close');
    assert.equal(cells[2], 1);
    cropHelpers.assign();
    assert.equal(asked(), 1);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REFERENCE_SETTINGS } from '../../src/amg/settings.js';
import { ThreadExecutor } from '../../src/execute/thread-executor.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const workerFile = new URL('../support/ill-worker.js', import.meta.url);

describe('ThreadExecutor', () => {
  it('replaces workers that end, tries their image once more, and goes on', async (context) => {
    const model = await temporaryFolder(context);
    const pool = new ThreadExecutor({ workers: 2, threads: 1, model, workerFile });
    const ask = (illness: number, image: number, timeoutSeconds?: number) =>
      pool.generate({
        image: { data: Uint8Array.of(illness, image, 0), width: 1, height: 1 },
        settings: REFERENCE_SETTINGS,
        ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      });
    try {
      await pool.warmUp();
      const answers = await Promise.allSettled([ask(0, 0), ask(1, 1), ask(2, 2), ask(0, 3), ask(1, 4), ask(4, 5, 0.5)]);
      const codes = answers.map((answer) => (answer.status === 'fulfilled' ? 'masks' : answer.reason.code));
      assert.deepEqual(codes, ['masks', 'masks', 'worker-lost', 'masks', 'masks', 'timeout']);
      assert.deepEqual((await ask(0, 6)).records, []);
    } finally {
      await pool.close();
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parallelismFor } from '../../src/execute/default-parallelism.js';

const machine = { cores: 8, memory: 64e9 };

describe('parallelismFor', () => {
  const cases: [why: string, given: Parameters<typeof parallelismFor>, workers: number, threads: number][] = [
    ['works on as many images at once as there are cores', [100, {}, machine], 8, 1],
    ['gives one image all cores', [1, {}, machine], 1, 8],
    ['shares the cores among few images', [3, {}, machine], 3, 2],
    ['starts no more workers than memory has room for', [100, {}, { cores: 8, memory: 1.6e9 }], 3, 2],
    ['starts one worker in any case', [100, {}, { cores: 1, memory: 1e6 }], 1, 1],
    ['takes the number of workers it is given', [100, { workers: 2 }, machine], 2, 4],
    ['takes the number of threads it is given', [100, { threads: 4 }, machine], 2, 4],
    ['takes both', [1, { workers: 5, threads: 3 }, machine], 5, 3],
  ];
  for (const [why, given, workers, threads] of cases) {
    it(why, () => assert.deepEqual(parallelismFor(...given), { workers, threads }));
  }
});

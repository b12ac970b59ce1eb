import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parallelismFor } from '../../src/execute/default-parallelism.js';

const machine = { cores: 8, memory: 64e9 };
const [SHARED, ALONE] = [{ sharesImages: true }, { sharesImages: false }];
const NAMING = { sharesImages: true, namesMasks: true };

describe('parallelismFor', () => {
  const cases: [why: string, given: Parameters<typeof parallelismFor>, ...expected: number[]][] = [
    ['works on as many images at once as there are cores', [100, SHARED, {}, machine], 8, 1, 1],
    ['lets all workers share one image, whose encoder has all cores', [1, SHARED, {}, machine], 8, 1, 8],
    ['lets the encoders of few images share the cores', [3, SHARED, {}, machine], 8, 1, 2],
    ['gives one image all cores where it cannot be shared', [1, ALONE, {}, machine], 1, 8, 8],
    ['shares the cores among few images where those cannot be shared', [3, ALONE, {}, machine], 3, 2, 2],
    ['starts no more workers than memory has room for', [100, SHARED, {}, { cores: 8, memory: 1.6e9 }], 3, 2, 2],
    ['counts the memory of what names masks', [100, NAMING, {}, { cores: 8, memory: 4e9 }], 3, 2, 2],
    ['starts one worker in any case', [100, SHARED, {}, { cores: 1, memory: 1e6 }], 1, 1, 1],
    ['takes the number of workers it is given', [100, SHARED, { workers: 2 }, machine], 2, 4, 4],
    ['takes the number of threads it is given', [100, SHARED, { threads: 4 }, machine], 2, 4, 4],
    ['takes both', [1, SHARED, { workers: 5, threads: 3 }, machine], 5, 3, 3],
  ];
  for (const [why, given, workers, threads, encoderThreads] of cases) {
    it(why, () => assert.deepEqual(parallelismFor(...given), { workers, threads, encoderThreads }));
  }
});

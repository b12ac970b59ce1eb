import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isInShard, shardFrom, shareOf } from '../../../src/dataset/plan/shard.js';

describe('shardFrom', () => {
  const right: [text: string, environment: Record<string, string>, index: number, count: number][] = [
    ['0/2', {}, 0, 2],
    ['7/8', {}, 7, 8],
    ['auto', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_COUNT: '8', SLURM_ARRAY_TASK_MIN: '0' }, 3, 8],
    ['auto', { SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_TASK_COUNT: '8', SLURM_ARRAY_TASK_MIN: '1' }, 0, 8],
    [
      'auto',
      {
        SLURM_ARRAY_TASK_ID: '9',
        SLURM_ARRAY_TASK_COUNT: '4',
        SLURM_ARRAY_TASK_MIN: '3',
        SLURM_ARRAY_TASK_STEP: '2',
      },
      3,
      4,
    ],
    ['auto', { JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '5' }, 2, 5],
    ['auto/5', { JOB_COMPLETION_INDEX: '4' }, 4, 5],
  ];
  for (const [text, environment, index, count] of right) {
    it(`reads ${text} ${JSON.stringify(environment)}`, () =>
      assert.deepEqual(shardFrom(text, environment), { index, count }));
  }

  const wrong: [text: string, environment: Record<string, string>, message: RegExp][] = [
    ['2/2', {}, /^Expected i\/n with i from 0 to n - 1, or auto, for --shard but received "2\/2"$/],
    ['0/0', {}, /received "0\/0"/],
    ['half', {}, /received "half"/],
    ['auto', {}, /^Expected SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT, or/],
    ['auto', { JOB_COMPLETION_INDEX: '2' }, /JOB_COMPLETIONS, for --shard auto$/],
    ['auto/2', { JOB_COMPLETION_INDEX: '2' }, /received "auto\/2 \(2\/2\)"/],
    ['auto', { SLURM_ARRAY_TASK_ID: 'x' }, /^Expected a number in the variable SLURM_ARRAY_TASK_ID but received "x"$/],
  ];
  for (const [text, environment, message] of wrong) {
    it(`refuses ${text} ${JSON.stringify(environment)}`, () =>
      assert.throws(() => shardFrom(text, environment), { code: 'bad-usage', message }));
  }
});

describe('shards', () => {
  it('share all images, each in exactly one', () => {
    for (const images of [0, 1, 7, 8, 9]) {
      for (const count of [1, 2, 4, 9]) {
        const shares = Array.from({ length: count }, (_, index) => {
          const positions = Array.from({ length: images }, (_, i) => i).filter((i) => isInShard(i, { index, count }));
          assert.equal(positions.length, shareOf(images, { index, count }));
          return positions;
        });
        assert.equal(shares.flat().length, images);
      }
    }
  });
});

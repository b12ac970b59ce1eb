import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockOf, rateOf } from '../../src/cli/in-words.js';
import { progressLineOf } from '../../src/cli/reporters/progress-line.js';
import type { ProgressView } from '../../src/cli/reporters/run-progress.js';

const working: ProgressView = {
  stage: 'working',
  found: 12,
  total: 12,
  settled: 7,
  masks: 134,
  failures: 0,
  elapsedSeconds: 91,
  leftSeconds: 22,
  imagesPerMinute: 14.23,
  crop: undefined,
  finishing: undefined,
};

const barOf = (length: number) => '='.repeat(length);
const lineOf = (view: Partial<ProgressView>, room: number) => progressLineOf({ ...working, ...view }, room, barOf);

describe('progressLineOf', () => {
  const all = { failures: 2, crop: { crop: 3, crops: 21 } };

  it('shows all there is to know where there is room', () => {
    assert.equal(
      lineOf(all, 119),
      '======================== 7/12 images | 134 masks | 2 failed | 14.2 images/min | 1:31 elapsed | 0:22 left | crop 3 of 21',
    );
    assert.equal(
      lineOf({}, 119),
      '============================== 7/12 images | 134 masks | 14.2 images/min | 1:31 elapsed | 0:22 left',
    );
  });

  it('leaves out what is least important where there is none: elapsed, masks, the crop, failures, the rate, the bar', () => {
    assert.equal(lineOf(all, 75), '====== 7/12 images | 2 failed | 14.2 images/min | 0:22 left | crop 3 of 21');
    assert.equal(lineOf(all, 59), '====== 7/12 images | 2 failed | 14.2 images/min | 0:22 left');
    assert.equal(lineOf({}, 59), '============ 7/12 images | 14.2 images/min | 0:22 left');
    assert.equal(lineOf(all, 39), '============ 7/12 images | 0:22 left');
    assert.equal(lineOf(all, 29), '7/12 images | 0:22 left');
    assert.equal(lineOf(all, 19), '====== 7/12 images');
  });

  it('is never longer than the room, and has more to say the more room there is', () => {
    const views: Partial<ProgressView>[] = [
      {},
      all,
      { ...all, total: 12_345_678, settled: 9_876_543, masks: 987_654_321, failures: 123_456, imagesPerMinute: 1234 },
      { leftSeconds: 3e6, elapsedSeconds: 90_000, imagesPerMinute: 0.01 },
      { leftSeconds: undefined, imagesPerMinute: undefined, settled: 0, masks: 0 },
      { finishing: 2 },
      { stage: 'planning', found: 0 },
      { stage: 'planning', found: 12_345_678 },
      { stage: 'loading' },
      { stage: 'planning', finishing: 0 },
    ];
    for (const view of views) {
      let before = '';
      for (let room = 10; room < 200; room++) {
        const line = lineOf(view, room);
        assert.ok(line.length <= room, `${line.length} characters for ${room}: ${line}`);
        assert.doesNotMatch(line, /[{}\n\r]|undefined|NaN|Infinity/);
        const text = line.replace(/^=+ /, '');
        assert.ok(text.length >= before.length, `"${text}" after "${before}"`);
        before = text;
      }
    }
  });

  it('says what is done before the first image', () => {
    assert.equal(lineOf({ stage: 'planning', found: 0 }, 39), 'Looking for images...');
    assert.equal(lineOf({ stage: 'planning', found: 12 }, 39), 'Looking for images... 12 images so far');
    assert.equal(lineOf({ stage: 'loading' }, 39), 'Loading the model...');
    assert.equal(lineOf({ stage: 'planning', finishing: 0 }, 39), 'Stopping...');
  });

  it('says what is finished after Ctrl-C instead of the time left', () => {
    assert.equal(lineOf({ finishing: 2 }, 59), '====== 7/12 images | 14.2 images/min | finishing 2 images');
  });
});

describe('numbers for a person', () => {
  it('are images a minute, or seconds an image where that reads better', () => {
    const shown = [3456.7, 120, 99.94, 2, 1.99, 0.5].map(rateOf);
    assert.deepEqual(shown, [
      '3457 images/min',
      '120 images/min',
      '99.9 images/min',
      '2.0 images/min',
      '30 s/image',
      '120 s/image',
    ]);
  });

  it('are times as a clock shows them', () => {
    const shown = [0, 7.4, 59.6, 125, 3725, 3600 * 47, 3600 * 76 + 59].map(clockOf);
    assert.deepEqual(shown, ['0:00', '0:07', '1:00', '2:05', '1:02:05', '47:00:00', '3 d 4 h']);
  });
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { SamError } from '../../../src/errors.js';
import { cocoCountsFromRuns, runsFromCocoCounts } from '../../../src/mask/runs/coco-counts.js';
import { maskRunsFromCocoRle } from '../../../src/mask/runs/coco-rle.js';
import { randomInteger, seededRandom } from '../../support/seeded-random.js';

/** Run lengths of every order of magnitude up to what 32 bits hold. */
function randomRuns(random: () => number): Uint32Array {
  const runs: number[] = [];
  let left = random() < 0.5 ? 2 ** 32 - 1 : randomInteger(random, 1, 100_000);
  for (let i = 0; i < 40 && left > 0; i++) {
    const run = Math.min(left, randomInteger(random, i === 0 ? 0 : 1, 2 ** randomInteger(random, 0, 32)));
    runs.push(run);
    left -= run;
  }
  return Uint32Array.from(runs);
}

test('any runs come back from their counts, up to 32-bit lengths', () => {
  const random = seededRandom(1);
  for (let round = 0; round < 2000; round++) {
    const runs = randomRuns(random);
    const sum = runs.reduce((total, run) => total + run, 0);
    const counts = cocoCountsFromRuns(runs);
    assert.match(counts, /^[0-o]*$/);
    assert.deepEqual(runsFromCocoCounts(counts, sum), runs);
  }
});

test('counts of any characters are decoded or refused with a SamError, nothing else', () => {
  const random = seededRandom(2);
  for (let round = 0; round < 5000; round++) {
    const characters = Array.from({ length: randomInteger(random, 0, 12) }, () => randomInteger(random, 40, 120));
    const counts = String.fromCharCode(...characters);
    const pixelCount = randomInteger(random, 1, 200);
    try {
      const runs = runsFromCocoCounts(counts, pixelCount);
      assert.equal(
        runs.reduce((total, run) => total + run, 0),
        pixelCount,
      );
    } catch (error) {
      assert.ok(error instanceof SamError);
      assert.equal(error.code, 'malformed-rle');
    }
  }
});

const refusals: [name: string, counts: string, message: string][] = [
  [
    'a character below the alphabet',
    '5/7',
    `Expected characters '0' to 'o' in COCO counts but received "/" (at position 1)`,
  ],
  [
    'a character above the alphabet',
    '57p',
    `Expected characters '0' to 'o' in COCO counts but received "p" (at position 2)`,
  ],
  ['white space', '57\n', `Expected characters '0' to 'o' in COCO counts but received "\\n" (at position 2)`],
  ['a letter beyond ASCII', '5é', `Expected characters '0' to 'o' in COCO counts but received "é" (at position 1)`],
  [
    'a number cut short',
    '5W',
    'Expected another character to finish run 1 in COCO counts but received the end of the string (at position 2)',
  ],
  [
    'a number that is too long',
    '5PPPPPPP0',
    'Expected at most 7 characters for run 1 in COCO counts but received more (at position 8)',
  ],
  ['a negative run', '5N', 'Expected at least 0 pixels for run 1 in COCO counts but received -2 (at position 2)'],
  [
    'a difference that makes a run negative',
    '111N',
    'Expected at least 0 pixels for run 3 in COCO counts but received -1 (at position 4)',
  ],
  [
    'too few pixels',
    '56',
    'Expected runs that sum to 12 pixels in COCO counts but received a sum of 11 (at position 2)',
  ],
  [
    'too many pixels',
    '580',
    'Expected runs that sum to 12 pixels in COCO counts but received 13 or more (at position 2)',
  ],
  [
    'a run beyond 32 bits',
    'oooooo7',
    'Expected runs that sum to 12 pixels in COCO counts but received 8589934591 or more (at position 7)',
  ],
  ['no counts', '', 'Expected runs that sum to 12 pixels in COCO counts but received a sum of 0 (at position 0)'],
];

for (const [name, counts, message] of refusals) {
  test(`refuses ${name}`, () => {
    assert.throws(() => maskRunsFromCocoRle({ size: [3, 4], counts }), {
      name: 'SamError',
      code: 'malformed-rle',
      message,
    });
  });
}

test('refuses a size that is none', () => {
  const decode = (size: unknown) => () => maskRunsFromCocoRle({ size: size as [number, number], counts: '0' });
  assert.throws(decode([0, 4]), { message: 'Expected an integer of at least 1 for mask height but received 0' });
  assert.throws(decode([3, 1.5]), { message: 'Expected an integer of at least 1 for mask width but received 1.5' });
  assert.throws(decode([65536, 65536]), {
    message: 'Expected a mask of at most 4294967295 pixels but received 65536 x 65536 = 4294967296',
  });
  assert.throws(decode([3]), { message: 'Expected [height, width] for RLE size but received [3]' });
  assert.throws(decode('3,4'), { message: 'Expected [height, width] for RLE size but received "3,4"' });
});

test('refuses counts that are neither a string nor an array', () => {
  assert.throws(() => maskRunsFromCocoRle({ size: [3, 4], counts: 12 as unknown as string }), {
    message: 'Expected a string or an array for RLE counts but received number',
  });
});

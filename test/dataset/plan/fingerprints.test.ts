import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fingerprint } from '../../../src/dataset/plan/fingerprint.js';
import { FingerprintMap } from '../../../src/dataset/plan/fingerprint-map.js';
import { FingerprintSet } from '../../../src/dataset/plan/fingerprint-set.js';
import { randomInteger, seededRandom } from '../../support/seeded-random.js';

const MANY = 100_000;
const textOf = (i: number) => `photos/${i % 7}/${i}.jpg`;

describe('FingerprintMap', () => {
  it('keeps a number for each of many similar texts', () => {
    const map = new FingerprintMap();
    for (let i = 0; i < MANY; i++) map.exchange(textOf(i), i + 1);
    assert.equal(map.size, MANY);
    for (let i = 0; i < MANY; i++) if (map.get(textOf(i)) !== i + 1) assert.fail(textOf(i));
    assert.equal(map.get(`photos/0/${MANY}.jpg`), 0);
    assert.equal(map.exchange(textOf(5), 77), 6);
    assert.deepEqual([map.get(textOf(5)), map.size], [77, MANY]);
  });

  it('holds the last of the numbers that were given in any order, while it grows', () => {
    const random = seededRandom(3);
    const [map, expected] = [new FingerprintMap(), new Map<string, number>()];
    for (let i = 1; i <= 50_000; i++) {
      const text = textOf(randomInteger(random, 0, 20_000));
      const number = randomInteger(random, 1, 2 ** 32 - 1);
      if (map.exchange(text, number) !== (expected.get(text) ?? 0)) assert.fail(text);
      expected.set(text, number);
    }
    assert.equal(map.size, expected.size);
    for (const [text, number] of expected) if (map.get(text) !== number) assert.fail(text);
  });
});

describe('FingerprintSet', () => {
  it('tells whether a text is new', () => {
    const set = new FingerprintSet();
    assert.deepEqual([set.add('a'), set.add('a'), set.add(''), set.add('')], [true, false, true, false]);
    assert.deepEqual([set.has('a'), set.has(''), set.has('b'), set.size], [true, true, false, 2]);
  });

  it('takes at most 16 bytes a text, whatever their number', () => {
    const set = new FingerprintSet();
    const before = process.memoryUsage().arrayBuffers;
    let added = 0;
    for (const count of [20_000, 50_000, MANY]) {
      for (; added < count; added++) if (!set.add(textOf(added))) assert.fail(textOf(added));
      const bytes = process.memoryUsage().arrayBuffers - before;
      assert.ok(bytes <= 16.5 * count, `${bytes} bytes for ${count} texts`);
    }
  });

  it('holds texts that all belong at its end', () => {
    const fingerprint = new Fingerprint();
    const isLast = (text: string) => {
      fingerprint.take(text);
      return fingerprint.a >= 2 ** 32 - 2 ** 26;
    };
    const texts = Array.from({ length: MANY }, (_, i) => textOf(i)).filter(isLast);
    assert.ok(texts.length > 1200);
    const set = new FingerprintSet();
    for (const [i, text] of texts.entries()) if (!set.add(text) || set.size !== i + 1) assert.fail(text);
    for (const text of texts) if (!set.has(text) || set.add(text)) assert.fail(text);
    for (let i = 0; i < MANY; i++) set.add(textOf(i));
    assert.equal(set.size, MANY);
    for (const text of texts) if (!set.has(text)) assert.fail(text);
  });
});

/** How many of the numbers are another one's, too. */
function repeatsIn(numbers: Uint32Array): number {
  numbers.sort();
  return numbers.reduce((repeats, number, i) => repeats + (i > 0 && number === numbers[i - 1] ? 1 : 0), 0);
}

describe('Fingerprint', () => {
  const names: [what: string, nameOf: (i: number) => string][] = [
    ['paths', textOf],
    ['numbers', (i) => `${i}`],
    ['pairs', (i) => `${i % 400}_${Math.floor(i / 400)}`],
    ['upper and lower case', (i) => i.toString(2).padStart(20, '0').replaceAll('1', 'a').replaceAll('0', 'A')],
  ];
  for (const [what, nameOf] of names) {
    it(`has three parts that tell ${what} apart, each as well as chance would`, () => {
      const fingerprint = new Fingerprint();
      const parts = [new Uint32Array(MANY), new Uint32Array(MANY), new Uint32Array(MANY)];
      for (let i = 0; i < MANY; i++) {
        fingerprint.take(nameOf(i));
        parts[0][i] = fingerprint.a;
        parts[1][i] = fingerprint.b;
        parts[2][i] = fingerprint.c;
      }
      // chance gives 1.2 of 32 bits, and 2.3 of the 31 of the last
      for (const part of parts) assert.ok(repeatsIn(part) < 15);
    });
  }
});

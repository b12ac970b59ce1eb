import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FingerprintMap } from '../../../src/dataset/plan/fingerprint-map.js';

describe('FingerprintMap', () => {
  it('keeps a number for each of many similar texts', () => {
    const map = new FingerprintMap();
    const texts = Array.from({ length: 200_000 }, (_, i) => `photos/${i % 7}/${i}.jpg`);
    for (const [i, text] of texts.entries()) map.exchange(text, i + 1);
    assert.equal(map.size, texts.length);
    for (const [i, text] of texts.entries()) if (map.get(text) !== i + 1) assert.fail(text);
    assert.equal(map.get('photos/0/200000.jpg'), 0);
    assert.equal(map.exchange(texts[5], 77), 6);
    assert.deepEqual([map.get(texts[5]), map.size], [77, texts.length]);
  });

  it('tells whether a text is new', () => {
    const map = new FingerprintMap();
    assert.deepEqual([map.add('a'), map.add('a'), map.add(''), map.add('')], [true, false, true, false]);
  });
});

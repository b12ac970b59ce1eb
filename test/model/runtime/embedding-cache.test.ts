import assert from 'node:assert/strict';
import { readdir, readFile, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { EmbeddingCache } from '../../../src/model/runtime/embedding-cache.js';
import { floatsOfHalves, halfFloatsOf } from '../../../src/model/runtime/half-floats.js';
import type { Embedding } from '../../../src/sam/embedding.js';
import { randomNumbers } from '../../support/random-numbers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const image = { data: new Uint8Array(12).fill(7), width: 2, height: 2 };

describe('half floats', () => {
  it('keeps every half float', () => {
    const all = Uint16Array.from({ length: 0x10000 }, (_, half) => half);
    const numbers = all.filter((half) => (half & 0x7c00) !== 0x7c00 || (half & 0x3ff) === 0);
    assert.deepEqual(halfFloatsOf(floatsOfHalves(numbers)), numbers);
    assert.ok(Number.isNaN(floatsOfHalves(halfFloatsOf(Float32Array.of(Number.NaN)))[0]));
  });

  it('rounds to nearest, ties to even', () => {
    const given = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20, 65519, 65520, 2 ** -25, 3 * 2 ** -25, -0.1];
    const halves = [1, 1 + 2 ** -9, 1 + 2 ** -10, 65504, Infinity, 0, 2 ** -23, -0.0999755859375];
    assert.deepEqual([...floatsOfHalves(halfFloatsOf(Float32Array.from(given)))], halves);
  });
});

describe('the cache of embeddings', () => {
  for (const type of ['fp16', 'fp32'] as const) {
    it(`gives the same numbers before and after a ${type} file is there, and makes a damaged one again`, async (t) => {
      const folder = await temporaryFolder(t);
      const embedding: Embedding = [
        { name: 'first', dims: [1, 2, 64, 64], data: randomNumbers(2 * 64 * 64, 5) },
        { name: 'second.0', dims: [3], data: randomNumbers(3, 6) },
      ];
      let encoded = 0;
      const encode = async () => {
        encoded++;
        return embedding;
      };
      const cache = () =>
        new EmbeddingCache({ folder, type }, { sha256: 'f'.repeat(64), tensorNames: ['first', 'second.0'] });
      const first = await cache().embeddingOf(image, encode);
      assert.deepEqual(await cache().embeddingOf(image, encode), first);
      assert.equal(encoded, 1);
      if (type === 'fp32') assert.deepEqual(first, embedding);
      else assert.ok(first[0].data.every((value, i) => Math.abs(value - embedding[0].data[i]) <= 2 ** -12));

      const [path] = cache()
        .namesOf(image)
        .map((name) => join(folder, name));
      assert.deepEqual((await readdir(dirname(path))).length, 2);
      const bytes = await readFile(path);
      assert.equal(bytes.toString('latin1', 1, 6), 'NUMPY');
      assert.match(bytes.toString('latin1', 10, 80), /'shape': \(1, 2, 64, 64,\)/);
      await truncate(path, bytes.length - 1);
      assert.deepEqual(await cache().embeddingOf(image, encode), first);
      assert.equal(encoded, 2);
      assert.equal((await readFile(path)).length, bytes.length);
    });
  }

  it('tells images and encoders apart', async () => {
    const cache = new EmbeddingCache({ folder: 'x', type: 'fp16' }, { sha256: 'a'.repeat(64), tensorNames: ['image'] });
    const other = new EmbeddingCache({ folder: 'x', type: 'fp16' }, { sha256: 'b'.repeat(64), tensorNames: ['image'] });
    const names = [
      ...cache.namesOf(image),
      ...cache.namesOf({ ...image, width: 4, height: 1 }),
      ...cache.namesOf({ ...image, data: new Uint8Array(12) }),
      ...other.namesOf(image),
    ];
    assert.equal(new Set(names).size, 4);
  });

  it('goes on when it cannot be written, with one notice', async () => {
    const notices: string[] = [];
    const encoder = {
      sha256: 'a'.repeat(64),
      tensorNames: ['image'],
      onNotice: (message: string) => notices.push(message),
    };
    const cache = new EmbeddingCache({ folder: '/dev/null/x', type: 'fp32' }, encoder);
    const embedding: Embedding = [{ name: 'image', dims: [4], data: new Float32Array(4).fill(2) }];
    for (let pass = 0; pass < 2; pass++)
      assert.deepEqual(await cache.embeddingOf(image, async () => embedding), embedding);
    assert.equal(notices.length, 1);
    assert.match(
      notices[0],
      /^Could not write \/dev\/null\/x.*The run goes on, but embeddings cannot be kept in \/dev\/null\/x\.$/,
    );
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { cocoRleFromMaskRuns, maskRunsFromCocoRle } from '../../../src/mask/runs/coco-rle.js';
import {
  columnMajorFromMaskRuns,
  maskRunsFromColumnMajor,
  maskRunsFromRowMajor,
  rowMajorFromMaskRuns,
} from '../../../src/mask/runs/dense-mask.js';
import { areaOfMaskRuns, boxXyxyInclusiveOfMaskRuns } from '../../../src/mask/runs/mask-extent.js';
import { readJsonFixture } from '../../support/fixture.js';
import { seededRandom } from '../../support/seeded-random.js';

type Recipe =
  | { kind: 'rows'; rows: string[] }
  | { kind: 'fill'; value: number }
  | { kind: 'checker'; parity: number }
  | { kind: 'line'; axis: 'x' | 'y'; at: number }
  | { kind: 'random'; seed: number; density: number }
  | { kind: 'ellipse'; box: [number, number, number, number] };

interface GoldenCase {
  name: string;
  width: number;
  height: number;
  recipe: Recipe;
  counts?: string;
  countsLength: number;
  countsSha256: string;
  decodedColumnMajorSha256: string;
  area: number;
  toBbox: [number, number, number, number];
}

interface DecodeOnlyCase {
  name: string;
  width: number;
  height: number;
  counts: string;
  decodedRows: string[];
  reencodedCounts: string;
}

const golden = readJsonFixture<{ cases: GoldenCase[]; decodeOnly: DecodeOnlyCase[] }>('coco-rle/golden.json');

/** A recipe's mask, column-major, drawn as fixtures/coco-rle/make_golden.py does. */
function drawColumnMajor(recipe: Recipe, width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  const fillBy = (inside: (x: number, y: number) => boolean) => {
    for (let x = 0, at = 0; x < width; x++) for (let y = 0; y < height; y++, at++) mask[at] = inside(x, y) ? 1 : 0;
  };
  switch (recipe.kind) {
    case 'rows':
      fillBy((x, y) => recipe.rows[y][x] === '#');
      break;
    case 'fill':
      mask.fill(recipe.value);
      break;
    case 'checker':
      fillBy((x, y) => (x + y) % 2 === recipe.parity);
      break;
    case 'line':
      fillBy((x, y) => (recipe.axis === 'x' ? x : y) === recipe.at);
      break;
    case 'random': {
      const random = seededRandom(recipe.seed);
      fillBy(() => random() < recipe.density);
      break;
    }
    case 'ellipse': {
      const [x0, y0, x1, y1] = recipe.box;
      const wide = x1 - x0;
      const high = y1 - y0;
      fillBy((x, y) => ((2 * x - x0 - x1) * high) ** 2 + ((2 * y - y0 - y1) * wide) ** 2 <= (wide * high) ** 2);
      break;
    }
  }
  return mask;
}

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');

for (const { name, width, height, recipe, ...expected } of golden.cases) {
  test(`agrees with pycocotools: ${name}`, () => {
    const dense = drawColumnMajor(recipe, width, height);
    assert.equal(sha256(dense), expected.decodedColumnMajorSha256, 'the recipe is drawn as in Python');

    const mask = maskRunsFromColumnMajor(dense, width, height);
    const rle = cocoRleFromMaskRuns(mask);
    assert.deepEqual(rle.size, [height, width]);
    if (expected.counts !== undefined) assert.equal(rle.counts, expected.counts);
    assert.equal(rle.counts.length, expected.countsLength);
    assert.equal(sha256(rle.counts), expected.countsSha256);

    const decoded = maskRunsFromCocoRle(rle);
    assert.deepEqual(decoded, mask);
    assert.equal(sha256(columnMajorFromMaskRuns(decoded)), expected.decodedColumnMajorSha256);
    assert.deepEqual(maskRunsFromRowMajor(rowMajorFromMaskRuns(decoded), width, height), mask);

    assert.equal(areaOfMaskRuns(mask), expected.area);
    const [x, y, w, h] = expected.toBbox;
    const outermost = expected.area > 0 ? [x, y, x + w - 1, y + h - 1] : [0, 0, 0, 0];
    assert.deepEqual(boxXyxyInclusiveOfMaskRuns(mask), outermost);
  });
}

for (const { name, width, height, counts, decodedRows, reencodedCounts } of golden.decodeOnly) {
  test(`reads what pycocotools reads: ${name}`, () => {
    const mask = maskRunsFromCocoRle({ size: [height, width], counts });
    const text = Array.from(rowMajorFromMaskRuns(mask), (value) => '.#'[value]).join('');
    assert.equal(text, decodedRows.join(''));
    assert.equal(cocoRleFromMaskRuns(mask).counts, reencodedCounts);
  });
}

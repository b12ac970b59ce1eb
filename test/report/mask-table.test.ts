import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ImageChunk } from '../../src/report/data/report-data.js';
import { scoreUnitsOf } from '../../src/report/data/report-data.js';
import { type Filter, openFilterOf, passes } from '../../src/report/page/filter/filter.js';
import { galleryOrderOf } from '../../src/report/page/filter/gallery-order.js';
import { MaskTable } from '../../src/report/page/filter/mask-table.js';
import {
  areaScaleOf,
  cellsOfMask,
  MEASURES,
  percentInWords,
  type Scales,
  scoreScaleOf,
} from '../../src/report/page/filter/scale.js';
import { seededRandom } from '../support/seeded-random.js';

describe('the scales of a report', () => {
  it('have an edge at each hundredth, which every score is on the right side of', () => {
    const scale = scoreScaleOf([scoreUnitsOf(0.29), scoreUnitsOf(1.013)]);
    assert.deepEqual([scale.edgeInWords(0), scale.edgeInWords(scale.cells)], ['0.29', '1.02']);
    for (let hundredth = 29; hundredth <= 101; hundredth++) {
      const score = hundredth / 100;
      assert.equal(scale.cellOf(scoreUnitsOf(score)), hundredth - 29, `${score}`);
      assert.equal(scale.cellOf(scoreUnitsOf(score - 1e-4)), Math.max(0, hundredth - 30), `just below ${score}`);
    }
  });

  it('hold scores of any size in few cells', () => {
    const scale = scoreScaleOf([scoreUnitsOf(-3), scoreUnitsOf(40)]);
    assert.ok(scale.cells <= 130, `${scale.cells}`);
    assert.deepEqual([scale.cellOf(scoreUnitsOf(-3)), scale.cellOf(scoreUnitsOf(40))], [0, scale.cells - 1]);
    assert.equal(scoreScaleOf(null).cells, 101);
    assert.equal(scoreScaleOf([9000, 9000]).cells, 1);
  });

  it('have ten cells for each power of ten of an area', () => {
    const scale = areaScaleOf([0.001, 0.7]);
    assert.equal(scale.cells, 30);
    assert.deepEqual([0, 0.001, 0.01, 0.0099, 0.1, 1].map(scale.cellOf), [0, 0, 10, 9, 20, 29]);
    assert.deepEqual([0, 10, 20, 30].map(scale.edgeInWords), ['0.10 %', '1.0 %', '10 %', '100 %']);
    assert.equal(percentInWords(0.000123), '0.012 %');
  });
});

describe('MaskTable', () => {
  it('counts what passes a filter as going through all masks one by one does', () => {
    const random = seededRandom(5);
    const chunks = [40, 25].map((images, chunk): ImageChunk => {
      const sizes = Array.from({ length: images }, () => Math.floor(random() * 6));
      const masks = sizes.reduce((sum, size) => sum + size, 0);
      const values = (most: number) => Array.from({ length: masks }, () => Math.floor(random() * most));
      return {
        images: sizes.map((size, i) => ({
          id: 100 * chunk + i + 1,
          file_name: `${i}`,
          width: 50,
          height: 40,
          masks: size,
        })),
        ...{ predicted_iou: values(10_001), stability_score: values(10_001), area: values(2001), category: values(3) },
      };
    });
    const scales: Scales = {
      predicted_iou: scoreScaleOf([0, 10_000]),
      stability_score: scoreScaleOf([0, 10_000]),
      area: areaScaleOf([0.0005, 1]),
    };
    const table = new MaskTable(scales);
    for (const chunk of chunks) table.add(chunk);
    const open = openFilterOf(scales);
    const filters: Filter[] = [
      open,
      { ...open, predicted_iou: [30, 80] },
      { ...open, stability_score: [50, 101], area: [10, 30] },
      { predicted_iou: [10, 90], stability_score: [20, 100], area: [5, 33], category: 1 },
    ];
    for (const filter of filters) {
      const { masksOfImage, masks, images, histograms } = table.countsOf(filter);
      const expected: number[] = [];
      const bars = Object.fromEntries(MEASURES.map((measure) => [measure, new Uint32Array(scales[measure].cells)]));
      for (const chunk of chunks) {
        let mask = 0;
        for (const image of chunk.images) {
          let count = 0;
          for (let i = 0; i < image.masks; i++, mask++) {
            const scores = {
              predicted_iou: chunk.predicted_iou[mask] / 10_000,
              stability_score: chunk.stability_score[mask] / 10_000,
              area: chunk.area[mask],
            };
            const cells = cellsOfMask(scales, scores, 2000);
            const category = chunk.category?.[mask];
            if (passes(filter, cells, category)) count++;
            for (const measure of MEASURES) {
              if (passes({ ...filter, [measure]: open[measure] }, cells, category)) bars[measure][cells[measure]]++;
            }
          }
          expected.push(count);
        }
      }
      assert.deepEqual([...masksOfImage], expected);
      assert.equal(
        masks,
        expected.reduce((sum, count) => sum + count, 0),
      );
      assert.equal(images, expected.filter((count) => count > 0).length);
      assert.deepEqual(histograms, bars);
    }
  });
});

describe('the order of the gallery', () => {
  it('is that of the run, of the masks or of the names', () => {
    const names = ['b10.png', 'B9.png', 'a.png', 'c.png'];
    const images = names.map((file_name, i) => ({ id: i + 1, file_name, width: 1, height: 1, masks: 9 }));
    const orderOf = (order: 'run' | 'most' | 'fewest' | 'name', search = '', onlyWithMasks = false) =>
      galleryOrderOf(images, [2, 5, 0, 2], { order, search, onlyWithMasks });
    assert.deepEqual(orderOf('run'), [0, 1, 2, 3]);
    assert.deepEqual(orderOf('most'), [1, 0, 3, 2]);
    assert.deepEqual(orderOf('fewest', '', true), [0, 3, 1]);
    assert.deepEqual(orderOf('name'), [2, 1, 0, 3]);
    assert.deepEqual(orderOf('run', ' B'), [0, 1]);
  });
});

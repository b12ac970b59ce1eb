import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CocoDataset } from '../../src/formats/coco/dataset.js';
import { CocoFileWriter, type CocoOrigin, cocoImageEntryOf } from '../../src/formats/coco/write.js';
import type { FoundMask, ImageResult } from '../../src/sam/found-mask.js';
import type { PromptedObject } from '../../src/sam/image-prompts.js';
import { CORNERLESS, EMPTY, imageResult } from '../support/image-results.js';

async function fileOf(results: readonly ImageResult[], origin: Partial<CocoOrigin> = {}) {
  const writer = new CocoFileWriter({ categories: [], imageIdOf: async () => undefined, ...origin });
  let text = '';
  for await (const piece of writer.text(async function* () {
    // as lines of a file bring them
    for (const result of results) yield JSON.parse(JSON.stringify(cocoImageEntryOf(result)));
  })) {
    text += piece;
  }
  const { images, annotations } = writer;
  return { text, images, annotations };
}

const asked = (prompt: Omit<PromptedObject, 'isNamed'>, mask: FoundMask = CORNERLESS): FoundMask => ({
  ...mask,
  prompt: { isNamed: true, ...prompt },
});

describe('CocoFileWriter', () => {
  it('numbers annotations in their order and makes categories of names', async () => {
    const results = [
      imageResult(1, 'a.jpg', [CORNERLESS, asked({ id: 'x', category: 'cup', score: 0.5 }, EMPTY)]),
      imageResult(2, 'none.jpg', []),
      imageResult(5, 'b/c.jpg', [
        asked({ id: 1, categoryId: 7 }),
        asked({ id: 1, category: 'cup' }),
        asked({ id: 2, categoryId: 9, category: 'object' }),
        asked({ id: 3, category: 'spoon' }),
      ]),
    ];
    const { text, ...counts } = await fileOf(results);
    assert.deepEqual(counts, { images: 3, annotations: 6 });
    const mask = '"segmentation":{"size":[4,6],"counts":"5c0"},"area":19,"predicted_iou":0.75,"stability_score":0.5';
    const empty = '"segmentation":{"size":[4,6],"counts":"h0"},"area":0,"predicted_iou":0.75,"stability_score":0.5';
    assert.equal(
      text,
      `{"annotations":[
{"id":1,"image_id":1,"category_id":1,"bbox":[1,0,5,4],"iscrowd":0,${mask}},
{"id":2,"image_id":1,"category_id":2,"bbox":[0,0,0,0],"iscrowd":0,"score":0.5,${empty}},
{"id":3,"image_id":5,"category_id":7,"bbox":[1,0,5,4],"iscrowd":0,${mask}},
{"id":4,"image_id":5,"category_id":2,"bbox":[1,0,5,4],"iscrowd":0,${mask}},
{"id":5,"image_id":5,"category_id":9,"bbox":[1,0,5,4],"iscrowd":0,${mask}},
{"id":6,"image_id":5,"category_id":10,"bbox":[1,0,5,4],"iscrowd":0,${mask}}],
"images":[
{"id":1,"file_name":"a.jpg","width":6,"height":4},
{"id":2,"file_name":"none.jpg","width":6,"height":4},
{"id":5,"file_name":"b/c.jpg","width":6,"height":4}],
"categories":[{"id":1,"name":"object"},{"id":2,"name":"cup"},{"id":7,"name":"7"},{"id":9,"name":"object"},{"id":10,"name":"spoon"}]}
`,
    );
  });

  it('keeps all that a dataset says', async () => {
    const dataset: CocoDataset = {
      info: { year: 2026 },
      images: [
        { id: 70, file_name: 'val/a.jpg', license: 2 },
        { id: 71, file_name: 'val/other.jpg' },
      ],
      annotations: [
        { id: 900, image_id: 70, category_id: 3, bbox: [0.5, 1, 2, 3], iscrowd: 1, area: 6, note: 'small' },
        { image_id: 70, category_id: 4, bbox: [0, 0, 1, 1] },
      ],
      categories: [
        { id: 4, name: 'cat' },
        { id: 3, name: 'cup', supercategory: 'kitchen' },
      ],
      source: 'somewhere',
    };
    const results = [
      imageResult(1, 'a.jpg', [asked({ id: 900, categoryId: 3, category: 'cup' }), asked({ id: 2, categoryId: 4 })]),
      imageResult(2, 'not-of-it.jpg', [CORNERLESS]),
    ];
    const { text, ...counts } = await fileOf(results, {
      dataset,
      categories: dataset.categories ?? [],
      imageIdOf: async (name) => (name === 'a.jpg' ? 70 : undefined),
    });
    assert.deepEqual(counts, { images: 1, annotations: 2 });
    const mask = { segmentation: { size: [4, 6], counts: '5c0' }, area: 19, predicted_iou: 0.75, stability_score: 0.5 };
    assert.deepEqual(JSON.parse(text), {
      info: dataset.info,
      source: 'somewhere',
      annotations: [
        { ...dataset.annotations[0], ...mask },
        { id: 2, iscrowd: 0, ...dataset.annotations[1], ...mask },
      ],
      images: [{ ...dataset.images[0], width: 6, height: 4 }],
      categories: dataset.categories,
    });
  });
});

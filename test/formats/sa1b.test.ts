import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imageResultOfSa1b } from '../../src/formats/sa1b/read.js';
import { ndjsonLineOf, sa1bFileOf, sa1bJsonOf } from '../../src/formats/sa1b/write.js';
import type { ImageResult } from '../../src/sam/found-mask.js';
import { CORNERLESS, EMPTY, imageResult } from '../support/image-results.js';

/** Every field of a prompt, and a prompt that says little. */
const PROMPTED: ImageResult = {
  ...imageResult(12, 'a/b.jpg', [
    {
      ...CORNERLESS,
      cropXyxy: [1, 0, 6, 4],
      prompt: {
        id: 'cup-1',
        isNamed: true,
        points: [[3, 2.5]],
        box: [1, 0, 6, 4],
        categoryId: 3,
        category: 'cup',
        score: 0.5,
      },
      maskIndex: 2,
    },
    { ...EMPTY, pointsXy: [], prompt: { id: 2, isNamed: true, box: [0, 0, 1, 1] } },
  ]),
  skippedPrompts: [{ id: 4, reason: 'it repeats an earlier prompt' }],
};

const PROMPTED_TEXT = `{"image":{"image_id":12,"width":6,"height":4,"file_name":"a/b.jpg"},"annotations":[
{"id":1,"segmentation":{"size":[4,6],"counts":"5c0"},"area":19,"bbox":[1,0,4,3],"predicted_iou":0.75,"stability_score":0.5,"point_coords":[[3,2.5]],"crop_box":[1,0,5,4],"prompt_id":"cup-1","prompt":{"points":[[3,2.5]],"labels":[1],"box":[1,0,6,4]},"mask_index":2,"category_id":3,"category":"cup","score":0.5},
{"id":2,"segmentation":{"size":[4,6],"counts":"h0"},"area":0,"bbox":[0,0,0,0],"predicted_iou":0.75,"stability_score":0.5,"point_coords":[],"crop_box":[0,0,6,4],"prompt_id":2,"prompt":{"box":[0,0,1,1]}}],"skipped_prompts":[{"id":4,"reason":"it repeats an earlier prompt"}]}
`;

describe('SA-1B files', () => {
  it('hold the masks of an image, an annotation a line, field by field', () => {
    assert.equal(
      sa1bJsonOf(sa1bFileOf(imageResult(1, 'a.jpg'))),
      `{"image":{"image_id":1,"width":6,"height":4,"file_name":"a.jpg"},"annotations":[
{"id":1,"segmentation":{"size":[4,6],"counts":"5c0"},"area":19,"bbox":[1,0,4,3],"predicted_iou":0.75,"stability_score":0.5,"point_coords":[[3,2.5]],"crop_box":[0,0,6,4]}]}
`,
    );
    assert.equal(sa1bJsonOf(sa1bFileOf(PROMPTED)), PROMPTED_TEXT);
    assert.equal(ndjsonLineOf(sa1bFileOf(PROMPTED)), `${PROMPTED_TEXT.replaceAll('\n', '')}\n`);
  });

  it('say that a mask was given, not which', () => {
    const mask = { size: [4, 6] as const, counts: [5, 19] };
    const result = imageResult(1, 'a.jpg', [{ ...CORNERLESS, prompt: { id: 1, isNamed: false, mask } }]);
    assert.deepEqual(JSON.parse(JSON.stringify(sa1bFileOf(result))).annotations[0].prompt, { mask: true });
  });

  it('are read back to the same result', () => {
    const read = imageResultOfSa1b({ text: PROMPTED_TEXT, file: 'b.json' });
    // labels are written out
    const [first, second] = PROMPTED.masks;
    const prompt = first?.prompt && { ...first.prompt, labels: [1] };
    assert.deepEqual(read, { ...PROMPTED, masks: [{ ...first, prompt }, second] });
    assert.equal(sa1bJsonOf(sa1bFileOf(read)), PROMPTED_TEXT);
  });

  it('are measured anew: a file may be wrong about the area and the box of its masks', () => {
    const text = PROMPTED_TEXT.replace('"area":19,"bbox":[1,0,4,3]', '"area":7,"bbox":[0,0,9,9]');
    const { masks } = imageResultOfSa1b({ text, file: 'b.json' });
    assert.deepEqual(
      masks.map(({ area, boxXyxy }) => [area, boxXyxy]),
      [
        [19, [1, 0, 5, 3]],
        [0, [0, 0, 0, 0]],
      ],
    );
  });

  const wrong: [why: string, text: string, code: string, message: string][] = [
    [
      'a cut file',
      PROMPTED_TEXT.slice(0, 200),
      'bad-prompt',
      'Expected JSON but received "\\"stability_scor" (b.json, line 2)',
    ],
    [
      'a field that is no number',
      PROMPTED_TEXT.replace('"area":0', '"area":null'),
      'bad-prompt',
      'Expected a number for annotations[1].area but received null (b.json, line 3)',
    ],
    [
      'runs of another size',
      PROMPTED_TEXT.replace('"counts":"h0"', '"counts":"5"'),
      'malformed-rle',
      'Expected runs that sum to 24 pixels in COCO counts but received a sum of 5 (at position 1)',
    ],
    [
      'a mask of another size than the image',
      PROMPTED_TEXT.replace('{"size":[4,6],"counts":"h0"}', '{"size":[6,4],"counts":"h0"}'),
      'bad-prompt',
      "Expected the image's [4, 6] for annotations[1].segmentation.size but received [6, 4] (b.json, line 3)",
    ],
  ];
  for (const [why, text, code, message] of wrong) {
    it(`are refused for ${why}`, () => {
      assert.throws(() => imageResultOfSa1b({ text, file: 'b.json' }), { code, message });
    });
  }
});

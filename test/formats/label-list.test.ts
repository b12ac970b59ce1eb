import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelsOfText } from '../../src/formats/label-list/read-labels.js';

const labelsOf = (text: string) => labelsOfText({ text, file: 'labels.txt' });

describe('a file of labels', () => {
  it('has a label a line, alone or with the words that it looks like', () => {
    assert.deepEqual(labelsOf('\uFEFF# kitchen\r\nmug: cup, a mug ,beaker\r\n\r\n  wine glass \r\n'), [
      { id: 1, name: 'mug', phrases: ['cup', 'a mug', 'beaker'] },
      { id: 2, name: 'wine glass', phrases: ['wine glass'] },
    ]);
  });

  it('may be a COCO dataset, whose ids stay', () => {
    const dataset = {
      images: [],
      annotations: [],
      categories: [
        { id: 7, name: 'cat' },
        { id: 0, name: 'dog: small' },
      ],
    };
    assert.deepEqual(labelsOf(JSON.stringify(dataset)), [
      { id: 7, name: 'cat', phrases: ['cat'] },
      { id: 0, name: 'dog: small', phrases: ['dog: small'] },
    ]);
  });

  for (const [what, text, message] of [
    ['nothing', '# nothing\n\n', /^Expected a label a line but received none \(labels\.txt, line 1\)$/],
    ['no name', 'cup\n: mug', /^Expected a name ahead of the colon but received ": mug" \(labels\.txt, line 2\)$/],
    ['no words', 'cup:', /^Expected words between commas after the colon but received "cup:" \(labels\.txt, line 1\)$/],
    [
      'a label twice',
      'cup\nmug\ncup: beaker',
      /^Expected each label once but received cup twice \(labels\.txt, line 3\)$/,
    ],
    ['JSON of another kind', '{"categories": [{"id": -1, "name": "cat"}]}', /labels\.txt, line 1/],
    ['broken JSON', '{"categories": [', /^Expected JSON but received the end \(labels\.txt, line 1\)$/],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => labelsOf(text), { code: 'bad-prompt', message });
    });
  }
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openPrompts } from '../../../src/dataset/prompts/open-prompts.js';

describe('malformed prompt files', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sam-cli-prompts-'));
  });
  after(() => rm(folder, { recursive: true }));

  const image = (objects: string) => `{"file_name": "a.jpg",\n "objects": [${objects}]}`;
  const coco = (annotations: string) =>
    `{"images": [{"id": 1, "file_name": "a.jpg"}],\n"annotations": [\n${annotations}]}`;
  const wrong: [why: string, name: string, text: string, message: string][] = [
    ['no JSON at all', 'p.json', 'images:', 'Expected JSON but received "images:" (p.json, line 1)'],
    ['a cut file', 'p.json', '{"images": [\n', 'Expected JSON but received the end (p.json, line 2)'],
    [
      'NaN, as Python writes it',
      'p.json',
      image('\n{"points": [[NaN, 1]]}'),
      'Expected JSON but received "NaN, 1]]}]}" (p.json, line 3)',
    ],
    [
      'a number in quotes',
      'p.json',
      `{"images": [\n${image('{"points": [[1, 2]]}, \n{"box": [1, "2", 3, 4]}')}]}`,
      'Expected a number for images[0].objects[1].box[1] but received "2" (p.json, line 4)',
    ],
    [
      'a box of three numbers',
      'p.json',
      image('{"box": [1, 2, 3]}'),
      'Expected 4 values for objects[0].box but received 3 (p.json, line 2)',
    ],
    [
      'an unknown field',
      'p.json',
      image('{"bbox": [1, 2, 3, 4]}'),
      'Expected one of the fields id, category_id, category, score, points, labels, box, mask for objects[0].bbox but received the field bbox (p.json, line 2)',
    ],
    [
      'a label that is none',
      'p.json',
      image('{"points": [[1, 2]], "labels": [2]}'),
      'Expected 0 or 1 for objects[0].labels[0] but received 2 (p.json, line 2)',
    ],
    [
      'more labels than points',
      'p.json',
      image('{"points": [[1, 2]], "labels": [1, 0]}'),
      'Expected 1 values, one a point, for objects[0].labels but received 2 (p.json, line 2)',
    ],
    ['no images', 'p.json', '{"version": 1}', 'Expected an array for images but received nothing (p.json, line 1)'],
    [
      'a duplicate id',
      'p.json',
      image('{"id": 4, "points": [[1, 2]]}, {"id": 4, "points": [[3, 4]]}'),
      'Expected an id of its own for each object of a.jpg but received 4 twice',
    ],
    [
      'a broken line',
      'p.ndjson',
      '{"file_name": "a.jpg", "objects": []}\n\n{"file_name": 3, "objects": []}',
      'Expected a string for file_name but received 3 (p.ndjson, line 3)',
    ],
    [
      'no number',
      'p.csv',
      'file_name,x,y\na.jpg,1,NaN',
      'Expected a finite number for y but received "NaN" (p.csv, line 2)',
    ],
    [
      'half a point',
      'p.csv',
      'file_name,x,y\na.jpg,1,',
      'Expected a number beside the rest of x, y for y but received nothing (p.csv, line 2)',
    ],
    [
      'an unknown column',
      'p.csv',
      'file_name,left\na.jpg,1',
      'Expected columns among file_name, id, x, y, label, x0, y0, x1, y1, category, category_id, score but received "left" (p.csv, line 1)',
    ],
    ['no file names', 'p.csv', 'x,y\n1,2', 'Expected a column file_name but received none (p.csv, line 1)'],
    [
      'too many fields',
      'p.csv',
      'file_name\na.jpg,1',
      'Expected 1 fields, as in the header, but received 2 (p.csv, line 2)',
    ],
    [
      'two boxes of one object',
      'p.csv',
      'file_name,id,x0,y0,x1,y1\na.jpg,1,1,1,2,2\na.jpg,1,1,1,2,2',
      'Expected one box for object 1 for x0 but received "another" (p.csv, line 3)',
    ],
    [
      'an open quote',
      'p.csv',
      'file_name,x,y\n"a.jpg,1,2\n',
      'Expected a field in quotes to end before the next comma (p.csv, line 2)',
    ],
    [
      'an annotation without a box',
      'p.json',
      coco('{"id": 1, "image_id": 1}'),
      'Expected an array for annotations[0].bbox but received nothing (p.json, line 3)',
    ],
    [
      'an annotation of no image',
      'p.json',
      coco('{"id": 1, "image_id": 2, "bbox": [0, 0, 1, 1]}'),
      'Expected the id of one of the images for annotations[0].image_id but received 2 (p.json, line 3)',
    ],
    [
      'two annotations of one id',
      'p.json',
      coco('{"id": 1, "image_id": 1, "bbox": [0, 0, 1, 1]},\n{"id": 1, "image_id": 1, "bbox": [0, 0, 1, 1]}'),
      'Expected an id of its own for annotations[1].id but received 1, which an earlier one has (p.json, line 4)',
    ],
    [
      'a LabelMe rectangle of three corners',
      'p.json',
      '{"shapes": [{"label": "x", "shape_type": "rectangle",\n"points": [[1, 2], [3, 4], [5, 6]]}]}',
      'Expected 2 or 4 corners for shapes[0].points but received 3 (p.json, line 2)',
    ],
  ];
  for (const [why, name, text, message] of wrong) {
    it(`names line and field of ${why}`, async () => {
      const path = join(folder, name);
      await writeFile(path, text);
      await assert.rejects(
        openPrompts({ kind: 'file', path, isRelative: false }),
        (error: { code?: string; message?: string }) => {
          assert.equal(error.message?.replaceAll(path, name), message);
          assert.equal(error.code, 'bad-prompt');
          return true;
        },
      );
    });
  }

  const labels: [why: string, line: string, message: string][] = [
    [
      'a polygon',
      '0 .1 .1 .2 .2 .3 .3',
      'Expected 5 or 6 fields (class, x, y, width, height, confidence) but received 7',
    ],
    ['NaN', '0 .1 nan .2 .2', 'Expected a finite number for y but received "nan"'],
    ['a class that is none', '-1 .1 .1 .2 .2', 'Expected an integer of 0 or more for class but received "-1"'],
  ];
  for (const [why, line, message] of labels) {
    it(`names line and field of ${why} in a YOLO file`, async () => {
      await writeFile(join(folder, 'a.txt'), `0 0.5 0.5 1 1\n${line}\n`);
      const set = await openPrompts({ kind: 'file', path: folder, format: 'yolo', isRelative: false });
      await assert.rejects(set.promptsOf('a.jpg'), (error: { code?: string; message?: string }) => {
        assert.equal(error.message, `${message} (${join(folder, 'a.txt')}, line 2)`);
        assert.equal(error.code, 'bad-prompt');
        return true;
      });
    });
  }
});

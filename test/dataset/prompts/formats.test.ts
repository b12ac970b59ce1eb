import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openPrompts } from '../../../src/dataset/prompts/open-prompts.js';
import { fixtureUrl } from '../../support/fixture.js';

const opened = (path: string, isRelative = false) =>
  openPrompts({ kind: 'file', path: fileURLToPath(fixtureUrl(`prompts/${path}`)), isRelative });

describe('prompt files of every format', () => {
  it('reads our JSON', async () => {
    const set = await opened('prompts.json');
    assert.equal(set.format, 'json');
    assert.deepEqual(set.categories, [{ id: 3, name: 'cup' }]);
    assert.deepEqual(await set.promptsOf('cup.jpg'), {
      isRelative: false,
      width: 600,
      height: 400,
      objects: [
        {
          id: 'cup-1',
          isNamed: true,
          categoryId: 3,
          points: [
            [300, 160],
            [60, 60],
          ],
          labels: [1, 0],
          box: [130, 40, 470, 350],
        },
        { id: 2, isNamed: false, score: 0.5, points: [[20.5, 30.25]] },
        { id: 7, isNamed: true, category: 'spoon', mask: { size: [400, 600], counts: '0oPc4Pm8' } },
      ],
    });
    const share = await set.promptsOf('photos/share.jpg');
    assert.deepEqual(share, { isRelative: true, objects: [{ id: 1, isNamed: false, box: [0.1, 0.2, 0.5, 1] }] });
    assert.deepEqual(await set.promptsOf('nothing.jpg'), { isRelative: false, objects: [] });
    assert.equal(await set.promptsOf('other.jpg'), undefined);
  });

  it('reads our NDJSON and joins the lines of one image', async () => {
    const set = await opened('prompts.ndjson');
    assert.equal(set.format, 'ndjson');
    assert.deepEqual((await set.promptsOf('a.jpg'))?.objects, [
      { id: 1, isNamed: false, points: [[1, 2]] },
      {
        id: 'second',
        isNamed: true,
        points: [
          [3, 4],
          [5, 6],
        ],
        labels: [1, 0],
      },
    ]);
    assert.equal((await set.promptsOf('b.jpg'))?.isRelative, true);
  });

  it('reads CSV: rows of one id are one object', async () => {
    const set = await opened('prompts.csv');
    assert.equal(set.format, 'csv');
    assert.deepEqual((await set.promptsOf('a.jpg'))?.objects, [
      {
        id: 1,
        isNamed: true,
        points: [
          [10, 20],
          [30, 40.5],
        ],
        labels: [1, 0],
        box: [5, 6, 70, 80],
        category: 'cat',
        score: 0.9,
      },
      { id: 2, isNamed: false, points: [[50, 60]], labels: [1] },
    ]);
    assert.deepEqual((await set.promptsOf('b, "two".jpg'))?.objects, [
      { id: 1, isNamed: false, box: [0, 0, 9, 9], category: 'dog,\nbig' },
    ]);
    assert.equal((await opened('prompts.csv', true)).format, 'csv');
  });

  it('reads a COCO dataset: ids, categories and scores', async () => {
    const set = await opened('coco.json');
    assert.equal(set.format, 'coco');
    assert.deepEqual(
      set.categories.map(({ id, name }) => [id, name]),
      [
        [44, 'bottle'],
        [67, 'dining table'],
      ],
    );
    assert.deepEqual(await set.promptsOf('val/000000397133.jpg'), {
      isRelative: false,
      imageId: 397133,
      width: 640,
      height: 427,
      objects: [
        {
          id: 82445,
          isNamed: true,
          categoryId: 44,
          category: 'bottle',
          box: [217.62, 240.54, 217.62 + 38.99, 240.54 + 57.75],
        },
        {
          id: 119568,
          isNamed: true,
          categoryId: 67,
          category: 'dining table',
          score: 0.75,
          box: [1, 240.24, 1 + 346.63, 240.24 + 186.76],
        },
      ],
    });
  });

  it('reads COCO results by the number in the image’s name', async () => {
    const set = await opened('coco-results.json');
    const [object] = (await set.promptsOf('val2014/COCO/000000000042.jpg'))?.objects ?? [];
    assert.deepEqual(object, {
      id: 1,
      isNamed: true,
      categoryId: 18,
      score: 0.236,
      box: [258.15, 41.29, 258.15 + 348.26, 41.29 + 243.78],
    });
    assert.equal((await set.promptsOf('73.png'))?.objects[0].id, 2);
    assert.equal(await set.promptsOf('72.png'), undefined);
  });

  it('reads a folder of YOLO labels', async () => {
    const set = await opened('yolo');
    assert.equal(set.format, 'yolo');
    assert.deepEqual(set.categories, [
      { id: 0, name: 'person' },
      { id: 1, name: 'bicycle' },
    ]);
    assert.deepEqual(await set.promptsOf('img1.jpg'), {
      isRelative: true,
      objects: [
        { id: 1, isNamed: false, categoryId: 0, category: 'person', box: [0.35, 0.4, 0.65, 0.6] },
        { id: 2, isNamed: false, categoryId: 1, category: 'bicycle', score: 0.92, box: [0.175, 0.7, 0.325, 0.8] },
      ],
    });
    const whole = { isRelative: true, objects: [{ id: 1, isNamed: false, categoryId: 2, box: [0, 0, 1, 1] }] };
    assert.deepEqual(await set.promptsOf('sub/img2.png'), whole);
    assert.equal(await set.promptsOf('../prompts/yolo/img3.png'), undefined);
  });

  it('reads LabelMe: shapes of one group are one object, polygons are skipped', async () => {
    const expected = {
      isRelative: false,
      width: 600,
      height: 400,
      objects: [
        { id: 1, isNamed: false, category: 'cup', box: [130, 40.25, 470.5, 350], points: [[300, 160]], labels: [1] },
        { id: 3, isNamed: false, category: 'spoon', points: [[20, 30]], labels: [1] },
      ],
      skipped: [{ id: 4, reason: 'a polygon is no prompt: points and rectangles are' }],
    };
    const folder = await opened('labelme');
    assert.equal(folder.format, 'labelme');
    assert.deepEqual(await folder.promptsOf('cup.jpg'), expected);
    const file = await opened('labelme/cup.json');
    assert.deepEqual(await file.promptsOf('photos/cup.jpg'), expected);
    // the file names its image, folder included
    assert.equal(await file.promptsOf('other/cup.jpg'), undefined);
  });

  it('reads X-AnyLabeling: four corners, scores, marks for a model', async () => {
    const set = await opened('x-anylabeling');
    assert.deepEqual((await set.promptsOf('dog.jpg'))?.objects, [
      { id: 1, isNamed: false, category: 'dog', score: 0.81, box: [10, 20, 110, 90] },
      {
        id: 2,
        isNamed: false,
        points: [
          [50, 60],
          [5, 6],
        ],
        labels: [1, 0],
      },
    ]);
  });
});

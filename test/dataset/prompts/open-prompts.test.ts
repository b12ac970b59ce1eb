import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openPrompts } from '../../../src/dataset/prompts/open-prompts.js';
import type { PromptsReference } from '../../../src/execute/job.js';
import { fixtureUrl } from '../../support/fixture.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const fixture = (path: string) => fileURLToPath(fixtureUrl(`prompts/${path}`));

describe('openPrompts', () => {
  it('asks every image the same', async () => {
    const points = [
      [1, 2, 1],
      [3, 4, 0],
    ] as const;
    const prompts = await openPrompts({ kind: 'same', points, boxes: [[0, 0, 5, 6]], isRelative: false });
    assert.deepEqual(prompts.identity, { points, boxes: [[0, 0, 5, 6]], relative: false });
    const expected = {
      isRelative: false,
      objects: [
        {
          id: 1,
          isNamed: false,
          points: [
            [1, 2],
            [3, 4],
          ],
          labels: [1, 0],
          box: [0, 0, 5, 6],
        },
      ],
    };
    assert.deepEqual(await prompts.promptsOf('a.jpg'), expected);
    assert.deepEqual(await prompts.promptsOf('b.jpg'), expected);
  });

  it('knows a file by its content', async (context) => {
    const path = join(await temporaryFolder(context), 'p.json');
    const text = '{"images": [{"file_name": "a.jpg", "objects": []}]}';
    await writeFile(path, text);
    const { identity } = await openPrompts({ kind: 'file', path, isRelative: true });
    const sha256 = createHash('sha256').update(text).digest('hex');
    assert.deepEqual(identity, { format: 'json', sha256, relative: true });
    await writeFile(path, `${text} `);
    assert.notDeepEqual((await openPrompts({ kind: 'file', path, isRelative: true })).identity, identity);
  });

  const wrong: [why: string, reference: PromptsReference, message: string | RegExp][] = [
    [
      'a file that is not there',
      { kind: 'file', path: 'nowhere.json', isRelative: false },
      /^Expected a file or folder of prompts but could not open nowhere\.json: ENOENT/,
    ],
    [
      'a name that tells nothing',
      { kind: 'file', path: fixture('yolo/classes.txt'), isRelative: false },
      /^Expected prompts as \.json, \.ndjson, \.csv or a folder but received .*classes\.txt$/,
    ],
    [
      'a format that there is not',
      { kind: 'file', path: fixture('prompts.json'), format: 'xml', isRelative: false },
      'Expected the prompt format json, ndjson, csv, coco, yolo, labelme but received xml',
    ],
    [
      'a folder as a file',
      { kind: 'file', path: fixture('yolo'), format: 'csv', isRelative: false },
      `Expected the prompt format yolo or labelme for a folder but received csv for ${fixture('yolo')}`,
    ],
    [
      'a file as a folder',
      { kind: 'file', path: fixture('coco.json'), format: 'yolo', isRelative: false },
      `Expected the prompt format json, ndjson, csv, coco or labelme for a file but received yolo for ${fixture('coco.json')}`,
    ],
    [
      'shares in a format that has pixels',
      { kind: 'file', path: fixture('coco.json'), isRelative: true },
      'Expected --relative with prompts of our own formats but received coco',
    ],
    [
      'a box that is none',
      { kind: 'same', points: [], boxes: [[5, 2, 1, 4]], isRelative: false },
      'Expected x0,y0,x1,y1 with x0 < x1 and y0 < y1 but received 5,2,1,4',
    ],
    [
      'several boxes beside a point',
      {
        kind: 'same',
        points: [[1, 2, 1]],
        boxes: [
          [0, 0, 1, 1],
          [1, 1, 2, 2],
        ],
        isRelative: false,
      },
      'Expected at most one box beside points but received 2',
    ],
  ];
  for (const [why, reference, message] of wrong) {
    it(`refuses ${why}`, async () => {
      await assert.rejects(openPrompts(reference), { code: 'bad-usage', message });
    });
  }
});

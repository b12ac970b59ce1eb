import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { RunRecords } from '../../src/dataset/run-reader/run-records.js';
import { type CocoRle, cocoRleFromMaskRuns, maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { maskRuns } from '../../src/mask/runs/mask-runs.js';
import type { ComparedSide, ComparisonData } from '../../src/report/data/report-data.js';
import { runFake } from '../support/fake-run.js';
import { fixtureUrl } from '../support/fixture.js';
import { runMain } from '../support/run-cli.js';
import { writeSmallImages } from '../support/small-images.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const GOLDENS = fileURLToPath(fixtureUrl('guard'));
const PHOTOGRAPHS = fileURLToPath(fixtureUrl('images'));

/** What fixtures/guard was made with. */
const GUARD_FLAGS = [
  ...['--preset', 'reference', '--points-per-side', '8'],
  ...['--pred-iou-thresh', '0.8', '--stability-score-thresh', '0.7'],
];

interface GoldenFile {
  image: { file_name: string; width: number };
  annotations: { predicted_iou: number; segmentation: CocoRle }[];
}

/** The mask with one more column, in which it has no pixel. */
function widened(segmentation: CocoRle): CocoRle {
  const { width, height, runsColumnMajor } = maskRunsFromCocoRle(segmentation);
  const runs = [...runsColumnMajor];
  if (runs.length % 2 === 1) runs[runs.length - 1] += height;
  else runs.push(height);
  return cocoRleFromMaskRuns(maskRuns(width + 1, height, runs));
}

/** Copies the goldens, changed. */
async function writeChanged(folder: string, change: (record: GoldenFile) => void): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ['astronaut', 'chelsea', 'coffee']) {
    const record: GoldenFile = JSON.parse(await readFile(join(GOLDENS, `${name}.json`), 'utf8'));
    change(record);
    await writeFile(join(folder, `${name}.json`), JSON.stringify(record));
  }
}

describe('sam-cli compare', () => {
  it('guards this project: what it makes of its photographs is what is kept in fixtures/guard', async (context) => {
    const out = join(await temporaryFolder(context), 'now');
    const made = await runMain('everything', PHOTOGRAPHS, '--out', out, '--quiet', ...GUARD_FLAGS);
    assert.equal(made.exitCode, 0, made.stderr);
    const { exitCode, stdout, stderr } = await runMain('compare', GOLDENS, out, '--min-match', '0.97', '--iou', '0.9');
    assert.deepEqual([exitCode, stderr], [0, ''], stdout + stderr);
  });

  it('fails for a run with one threshold moved, and names the worst image', async (context) => {
    const out = join(await temporaryFolder(context), 'worse');
    await writeChanged(out, (record) => {
      record.annotations = record.annotations.filter((mask) => mask.predicted_iou > 0.93);
    });
    const { exitCode, stdout, stderr } = await runMain('compare', GOLDENS, out);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^all 3 images +52 +31 +31 +59\.6% +100\.0% +1\.0000$/m);
    assert.equal(
      stderr,
      `sam-cli: Expected 97.0% of the masks of each run to have a match of IoU 0.9 or more but 59.6% of those of ${GOLDENS} and 100.0% of those of ${out} have one\n` +
        `Worst image: astronaut.png (18 matched, 34 in ${GOLDENS}, 18 in ${out})\n`,
    );
    assert.equal((await runMain('compare', GOLDENS, out, '--min-match', '0.59')).exitCode, 0);
    const back = await runMain('compare', out, GOLDENS);
    assert.match(back.stdout, /^all 3 images +31 +52 +31 +100\.0% +59\.6% +1\.0000$/m);
  });

  it('answers as JSON with the numbers of each image', async (context) => {
    const out = join(await temporaryFolder(context), 'other');
    await writeChanged(out, (record) => {
      record.annotations[0].predicted_iou += 0.25;
    });
    const { exitCode, stdout } = await runMain('compare', GOLDENS, out, '--json', '--workers', '1');
    const report = JSON.parse(stdout);
    assert.deepEqual([exitCode, report.passed, report.matched, report.mean_iou, report.worst], [0, true, 52, 1, null]);
    assert.ok(Math.abs(report.predicted_iou.max_difference - 0.25) < 1e-12);
    assert.ok(Math.abs(report.predicted_iou.mean_difference - 0.75 / 52) < 1e-12);
    assert.deepEqual(report.stability_score, { mean_difference: 0, max_difference: 0 });
    assert.deepEqual(
      report.per_image.map((image: { image: string; a_masks: number }) => [image.image, image.a_masks]),
      [
        ['astronaut.png', 34],
        ['chelsea.png', 10],
        ['coffee.png', 8],
      ],
    );
  });

  it('draws the masks that differ side by side', async (context) => {
    const root = await temporaryFolder(context);
    const [out, html] = [join(root, 'worse'), join(root, 'differences.html')];
    await writeChanged(out, (record) => {
      if (record.image.file_name === 'coffee.png') record.image.file_name = 'a<b.png';
      else if (record.image.file_name === 'chelsea.png') record.annotations = record.annotations.slice(1);
    });
    const opened = context.mock.method(RunRecords, 'open');
    assert.equal((await runMain('compare', GOLDENS, out, '--html', html)).exitCode, 1);
    assert.equal(opened.mock.callCount(), 2, 'each run is opened once');
    const page = await readFile(html, 'utf8');
    // what it looks like in a browser: test/report/pages.test.ts
    const [, literal] = /samReport\("comparison",(".*")\);/.exec(page) ?? [];
    const data: ComparisonData = JSON.parse(JSON.parse(literal));
    assert.deepEqual(
      data.images.map(({ file_name }) => file_name),
      ['chelsea.png'],
    );
    const [{ a, b }] = data.images;
    const matchedOf = (side: ComparedSide) => side.masks.map(({ matched }) => matched);
    assert.deepEqual(matchedOf(a), [false, ...new Array(9).fill(true)]);
    assert.deepEqual(matchedOf(b), new Array(9).fill(true));
    assert.ok(data.lines.includes('Missing in A: a<b.png'));
    assert.doesNotMatch(page, /a<b\.png/);
  });

  it('counts a mask that is there twice once, and none of an image of another size', async (context) => {
    const root = await temporaryFolder(context);
    const [twice, wide] = [join(root, 'twice'), join(root, 'wide')];
    await writeChanged(twice, (record) => record.annotations.push(record.annotations[0]));
    const report = JSON.parse((await runMain('compare', GOLDENS, twice, '--json')).stdout);
    assert.deepEqual([report.b_masks, report.matched, report.passed], [55, 52, false]);
    await writeChanged(wide, (record) => {
      if (record.image.file_name !== 'coffee.png') return;
      record.image.width++;
      for (const each of record.annotations) each.segmentation = widened(each.segmentation);
    });
    const { exitCode, stdout } = await runMain('compare', GOLDENS, wide);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^coffee\.png is 600 x 400 in A and 601 x 400 in B: no mask can be the same$/m);
  });

  it('names images that are missing in either', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, a, b] = [join(root, 'photos'), join(root, 'a'), join(root, 'b')];
    await writeSmallImages(photos, 3);
    await runFake([photos], a);
    await rm(join(photos, 'sub1/00001.png'));
    await writeSmallImages(join(photos, 'more'), 1);
    await runFake([photos], b);
    const { exitCode, stdout, stderr } = await runMain('compare', a, b);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^Missing in A: more\/sub0\/00000\.png$/m);
    assert.match(stdout, /^Missing in B: sub1\/00001\.png$/m);
    assert.match(stderr, /^sam-cli: Expected the same images but 1 are missing in .*a: more\/sub0\/00000\.png$/m);
  });

  it('reads runs of every format', async (context) => {
    const root = await temporaryFolder(context);
    const photos = join(root, 'photos');
    await writeSmallImages(photos, 5);
    const json = join(root, 'json');
    await runFake([photos], json);
    for (const format of ['coco', 'ndjson', 'ndjson.gz', 'tar'] as const) {
      const out = join(root, format);
      await runFake([photos], out, { output: { format, recordsPerFile: 2 } });
      const { exitCode, stdout } = await runMain('compare', json, out, '--json');
      const { images, matched, a_masks, b_masks, mean_iou } = JSON.parse(stdout);
      assert.deepEqual(
        { exitCode, images, matched, a_masks, b_masks, mean_iou },
        {
          exitCode: 0,
          images: 5,
          matched: 5,
          a_masks: 5,
          b_masks: 5,
          mean_iou: 1,
        },
        format,
      );
    }
  });

  it('says what is wrong with what it is given', async (context) => {
    const root = await temporaryFolder(context);
    const empty = join(root, 'empty');
    await mkdir(empty);
    assert.deepEqual(await runMain('compare', GOLDENS, empty), {
      exitCode: 2,
      stdout: '',
      stderr: `sam-cli: Expected records of images in B but found none in ${empty}\n`,
    });
    const damaged = join(root, 'damaged');
    await writeChanged(damaged, () => undefined);
    await writeFile(
      join(damaged, 'coffee.json'),
      '{"image":{"image_id":1,"width":3,"height":2,"file_name":"coffee.png"}}',
    );
    const { exitCode, stderr } = await runMain('compare', GOLDENS, damaged);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^sam-cli: Expected a record of an image in .*coffee\.json: .*Expected an array for annotations but received nothing/,
    );
  });
});

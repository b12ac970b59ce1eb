import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { ApArGrid } from '../../src/evaluate/coco/accumulate.js';
import { boundaryF } from '../../src/evaluate/coco/boundary-f.js';
import { evaluateRun } from '../../src/evaluate/coco/evaluate-run.js';
import type { EvaluationReport, KindReport } from '../../src/evaluate/coco/evaluation-report.js';
import { type CocoRle, maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import { readJsonFixture } from '../support/fixture.js';
import { runMain } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Truth {
  images: { id: number; file_name: string; width: number; height: number }[];
  annotations: { image_id: number; iscrowd: number; segmentation: unknown }[];
  categories: { id: number; name: string }[];
}

interface Result {
  image_id: number;
  category_id?: number;
  score: number;
  segmentation: CocoRle;
}

type Expected = Record<'mask' | 'box', { class_agnostic: ApArGrid; by_category: ApArGrid }>;

const golden = readJsonFixture<{
  madeUp: { truth: Truth; results: Result[]; expected: Expected }[];
  real: { found: string; segments: string; expected: Expected }[];
  outlines: { found: CocoRle; truth: CocoRle; boundary_f: number }[];
}>('coco-eval/golden.json');

const CATEGORIES = [2, 5, 9];

/** Writes a case as a run's records and a ground truth. */
async function writeCase(context: TestContext, truth: Truth, results: readonly Result[]) {
  const folder = await temporaryFolder(context);
  const [run, gt] = [join(folder, 'run'), join(folder, 'gt.json')];
  await mkdir(run);
  await writeFile(gt, JSON.stringify(truth));
  for (const image of truth.images) {
    const masks = results.filter(({ image_id }) => image_id === image.id);
    // no masks: no record half of the time
    if (masks.length === 0 && image.id % 2 === 0) continue;
    const annotations = masks.map(({ category_id, score, segmentation }, i) => {
      const { area, boxXyxy } = measuredMask(maskRunsFromCocoRle(segmentation));
      const [x0, y0, x1, y1] = boxXyxy;
      return {
        id: i + 1,
        segmentation,
        area,
        bbox: [x0, y0, x1 - x0, y1 - y0],
        predicted_iou: score,
        stability_score: 1,
        point_coords: [],
        crop_box: [0, 0, image.width, image.height],
        ...(category_id !== undefined && { prompt_id: i + 1, prompt: {}, category_id, score }),
      };
    });
    const { id: image_id, ...rest } = image;
    await writeFile(join(run, `${image_id}.json`), JSON.stringify({ image: { image_id, ...rest }, annotations }));
  }
  return { run, gt };
}

/** The largest difference of any number. */
function differenceOf(report: KindReport, expected: Expected['mask']): number {
  let largest = 0;
  for (const classes of ['class_agnostic', 'by_category'] as const) {
    for (const [area, row] of Object.entries(expected[classes])) {
      for (const [maxMasks, numbers] of Object.entries(row)) {
        for (const [name, wanted] of Object.entries(numbers)) {
          const grid = report[classes] as unknown as Record<string, Record<string, Record<string, number | null>>>;
          const received = grid[area]?.[maxMasks]?.[name];
          const what = `${classes} ${area} ${maxMasks} ${name}: ${received} instead of ${wanted}`;
          assert.equal(received === null, wanted === null, what);
          const difference = Math.abs((received ?? 0) - (wanted ?? 0));
          assert.ok(difference <= 1e-9, what);
          largest = Math.max(largest, difference);
        }
      }
    }
  }
  return largest;
}

function assertEquals(report: EvaluationReport, expected: Expected, context: TestContext): void {
  const largest = Math.max(differenceOf(report.mask, expected.mask), differenceOf(report.box, expected.box));
  context.diagnostic(`largest difference ${largest.toExponential(1)}`);
}

/** As make_golden.py makes it of the same two files. */
function realCase(found: string, segments: string): { truth: Truth; results: Result[] } {
  type File = {
    image: string;
    width: number;
    height: number;
    annotations: { segmentation: CocoRle; predicted_iou: number }[];
  };
  const [made, drawn] = [found, segments].map((name) => readJsonFixture<File>(`goldens/${name}`)) as [File, File];
  const { width, height } = made;
  return {
    truth: {
      images: [
        { id: 1, file_name: made.image, width, height },
        { id: 2, file_name: 'empty.png', width, height },
      ],
      annotations: drawn.annotations.map(({ segmentation }, i) => ({
        id: i + 1,
        image_id: 1,
        category_id: CATEGORIES[i % 3],
        iscrowd: i % 5 === 4 ? 1 : 0,
        segmentation,
      })),
      categories: CATEGORIES.map((id) => ({ id, name: `${id}` })),
    },
    results: made.annotations.map(({ segmentation, predicted_iou }, i) => ({
      image_id: 1,
      category_id: CATEGORIES[i % 3],
      score: predicted_iou,
      segmentation,
    })),
  };
}

describe('AP and AR are those of COCOeval', () => {
  for (const [number, { truth, results, expected }] of golden.madeUp.entries()) {
    it(`made-up case ${number}`, async (context) => {
      const { run, gt } = await writeCase(context, truth, results);
      const report = await evaluateRun({ run, gt, score: 'predicted_iou', threads: 1 });
      assertEquals(report, expected, context);
      assert.equal(report.images, truth.images.length);
      assert.equal(report.segments, truth.annotations.filter(({ iscrowd }) => iscrowd === 0).length);
    });
  }

  for (const { found, segments, expected } of golden.real) {
    it(`masks of ${found} against those of ${segments}`, async (context) => {
      const { truth, results } = realCase(found, segments);
      const { run, gt } = await writeCase(context, truth, results);
      // areas and boxes are left out of this file: they are measured
      assertEquals(await evaluateRun({ run, gt, score: 'score', threads: 2 }), expected, context);
    });
  }

  it('in some order of every kind of hard case', () => {
    const all = golden.madeUp.flatMap(({ truth }) => truth.annotations);
    assert.ok(all.filter(({ iscrowd }) => iscrowd === 1).length > 10);
    assert.ok(all.filter(({ segmentation }) => Array.isArray(segmentation) && segmentation.length > 1).length > 10);
    assert.ok(golden.madeUp.some(({ results }) => results.length > 100));
  });
});

it('boundary F-measure is that of DAVIS', () => {
  for (const { found, truth, boundary_f } of golden.outlines) {
    const ours = boundaryF(maskRunsFromCocoRle(found), maskRunsFromCocoRle(truth));
    assert.ok(Math.abs(ours - boundary_f) < 1e-12, `${ours} instead of ${boundary_f}`);
  }
});

describe('sam-cli eval', () => {
  const [{ truth, results }] = golden.madeUp as [(typeof golden.madeUp)[0]];

  it('prints a table, and writes the scores of each image and curves', async (context) => {
    const { run, gt } = await writeCase(context, truth, results);
    const [csv, svg] = [join(run, 'images.csv'), join(run, 'curves.svg')];
    const { exitCode, stdout, stderr } = await runMain('eval', run, '--gt', gt, '--csv', csv, '--svg', svg);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^\d+ images, \d+ masks, \d+ objects; masks ranked by predicted_iou$/m);
    assert.match(stdout, /^mean best IoU 0\.\d{4}, boundary F-measure 0\.\d{4}$/m);
    for (const title of [
      'masks, all classes as one',
      'masks, by class',
      'boxes, all classes as one',
      'boxes, by class',
    ]) {
      assert.match(
        stdout,
        new RegExp(`^${title} +AR@1 +AR@10 +AR@100 +AR@1000 +AR@all +AP@100 +AP50@100 +AP75@100 +AP@all$`, 'm'),
      );
    }
    const lines = (await readFile(csv, 'utf8')).split('\r\n');
    assert.equal(lines[0], 'image,masks,segments,mean_best_iou,boundary_f,recall_50,recall_75,average_recall');
    assert.equal(lines.length, truth.images.length + 2);
    assert.match(lines.join('\n'), /^empty\.png,0,0,,,,,$/m);
    assert.match(lines.join('\n'), /^rows\.png,24,24,[\d.]+,[\d.]+,[\d.]+,[\d.]+,[\d.]+$/m);
    const drawing = await readFile(svg, 'utf8');
    assert.match(drawing, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
    assert.equal(drawing.match(/<polyline /g)?.length, 6);
  });

  it('leaves classes out where the masks have none, and tells of images that only one side has', async (context) => {
    const { run, gt } = await writeCase(
      context,
      truth,
      results.map(({ category_id, ...rest }) => rest),
    );
    await writeFile(
      join(run, 'more.json'),
      '{"image":{"image_id":5,"width":3,"height":2,"file_name":"more.png"},"annotations":[]}',
    );
    const { stdout } = await runMain('eval', run, '--gt', gt, '--json');
    const report: EvaluationReport = JSON.parse(stdout);
    assert.equal(report.mask.by_category, null);
    assert.equal(report.images_without_gt, 1);
    assert.ok(report.images_without_record.includes('empty.png'));
  });

  it('says what is wrong with what it is given', async (context) => {
    const { run, gt } = await writeCase(
      context,
      truth,
      results.map(({ category_id, ...rest }) => rest),
    );
    const none = await runMain('eval', run, '--gt', join(run, 'none.json'));
    assert.deepEqual(
      [none.exitCode, none.stderr],
      [2, `sam-cli: Expected a COCO file for --gt but there is none at ${join(run, 'none.json')}\n`],
    );
    const score = await runMain('eval', run, '--gt', gt, '--score', 'score');
    assert.equal(score.exitCode, 2);
    assert.match(score.stderr, /^sam-cli: Expected a score for mask 1 of .*\.json but it has none/);
    await writeFile(
      gt,
      '{"images":[{"id":1,"file_name":"a.png","width":2,"height":2}],"annotations":[{"image_id":1}]}',
    );
    const bad = await runMain('eval', run, '--gt', gt);
    assert.equal(bad.exitCode, 2);
    assert.match(bad.stderr, /Expected an object or an array for annotations\[0\]\.segmentation but received nothing/);
  });
});

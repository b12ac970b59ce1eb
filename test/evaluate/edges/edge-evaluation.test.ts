import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type EdgeCounts, edgeEvaluationOf } from '../../../src/evaluate/edges/edge-counts.js';
import { edgeScoresOf } from '../../../src/evaluate/edges/edge-scores.js';
import type { EdgeReport } from '../../../src/evaluate/edges/evaluate-edges.js';
import { leastCostAssignment } from '../../../src/evaluate/edges/sparse-assignment.js';
import { thinnedMap } from '../../../src/evaluate/edges/thinned-map.js';
import { greyPngOf } from '../../../src/image/encode-image.js';
import { type CocoRle, maskRunsFromCocoRle } from '../../../src/mask/runs/coco-rle.js';
import { rowMajorFromMaskRuns } from '../../../src/mask/runs/dense-mask.js';
import { fixtureUrl, readJsonFixture } from '../../support/fixture.js';
import { runMain } from '../../support/run-cli.js';
import { seededRandom } from '../../support/seeded-random.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** See fixtures/edge-eval/make_golden.py. */
const golden = readJsonFixture<{
  /** For each image and threshold: pixels drawn that are found, drawn, found that are drawn, found. */
  counts: [number, number, number, number][][];
  scores: { ods: number; ois: number; ap: number; r50: number };
  thinned: { map: CocoRle; thin: CocoRle }[];
}>('edge-eval/golden.json');

const folder = fileURLToPath(fixtureUrl('edge-eval'));
const segments = join(folder, 'segments.json');

describe('edges are measured as BSDS500 measures them', () => {
  it('lines are made thin as bwmorph does it', () => {
    for (const { map, thin } of golden.thinned) {
      const [height, width] = map.size;
      const dense = (rle: CocoRle) => rowMajorFromMaskRuns(maskRunsFromCocoRle(rle));
      const ours = thinnedMap({ width, height, data: dense(map) });
      assert.deepEqual(ours.data, dense(thin));
    }
  });

  it('pixels are matched at the least cost', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 300; round++) {
      const [rows, columns] = [1 + Math.floor(random() * 5), 1 + Math.floor(random() * 5)];
      // as small as costs are, ties and rows that are better left out are frequent
      const cost = Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => (random() < 0.6 ? Math.floor(random() * 6) : Number.POSITIVE_INFINITY)),
      );
      const pairs = cost.map((row) => row.flatMap((value, column) => (value < 9 ? [[column, value] as const] : [])));
      const firstPairs = Int32Array.from([0, ...pairs.map((_, i) => pairs.slice(0, i + 1).flat().length)]);
      const assigned = leastCostAssignment(
        {
          rows,
          columns,
          firstPairs,
          columnOf: Int32Array.from(pairs.flat().map(([column]) => column)),
          costs: Float64Array.from(pairs.flat().map(([, value]) => value)),
        },
        4,
      );
      const taken = [...assigned].filter((column) => column >= 0);
      assert.equal(new Set(taken).size, taken.length);
      const total = [...assigned].reduce((sum, column, row) => sum + (column < 0 ? 4 : cost[row][column]), 0);
      const least = (row: number, free: readonly number[]): number =>
        row === rows
          ? 0
          : Math.min(
              4 + least(row + 1, free),
              ...free.map(
                (column) =>
                  cost[row][column] +
                  least(
                    row + 1,
                    free.filter((each) => each !== column),
                  ),
              ),
            );
      assert.equal(
        total,
        least(
          0,
          Array.from({ length: columns }, (_, i) => i),
        ),
      );
    }
  });

  it('counts and scores are those of the benchmark, whose own solver draws lots', async (context) => {
    const report = await reportOf(folder, segments);
    assert.deepEqual([report.images, report.drawings], [3, 9]);
    assert.deepEqual(report.images_without_edges, ['sub/c.jpg']);
    for (const [name, wanted] of Object.entries(golden.scores)) {
      const value = report[name as keyof typeof golden.scores];
      const ours = typeof value === 'number' ? value : value.f;
      context.diagnostic(`${name} ${ours.toFixed(5)}, of the benchmark ${wanted.toFixed(5)}`);
      assert.ok(Math.abs(ours - wanted) <= 5e-4, `${name}: ${ours} instead of ${wanted}`);
    }
    for (const [i, { recall, precision }] of report.curve.entries()) {
      const [drawnFound, drawn, foundDrawn, found] = [0, 1, 2, 3].map((part) =>
        golden.counts.reduce((sum, image) => sum + image[i][part], 0),
      ) as [number, number, number, number];
      // six partners drawn by lot are not always enough to leave out whom it would be best to leave out
      const more = Math.round(recall * drawn) - drawnFound;
      assert.ok(more >= 0 && more <= 6, `${more} pixels more at ${i + 1} %`);
      // of assignments that cost the same either may be taken, and what two people drew counts once
      const other = Math.round(precision * found) - foundDrawn;
      assert.ok(Math.abs(other) <= 6, `${other} pixels more at ${i + 1} %`);
    }
  });

  it('one curve decides: best between thresholds, precision over recall, recall at a precision of a half', () => {
    const counts = (drawnFound: number, foundDrawn: number, found: number): EdgeCounts => ({
      drawn: 100,
      drawnFound,
      foundDrawn,
      found,
    });
    // recall falls from 0.8 to 0.2 as precision rises from 0.4 to 1
    const image = (first: EdgeCounts, second: EdgeCounts) => ({
      image: 'a',
      annotators: 1,
      counts: Array.from({ length: 99 }, (_, i) => (i < 50 ? first : second)),
    });
    const { ods, ois, ap, r50 } = edgeScoresOf([image(counts(80, 40, 100), counts(20, 20, 20))]);
    assert.ok(Math.abs(ods.f - 0.6) < 1e-3 && Math.abs(ods.recall - 0.6) < 0.02, JSON.stringify(ods));
    assert.ok(Math.abs(ois.f - (2 * 0.8 * 0.4) / 1.2) < 1e-12);
    // 61 recalls from 0.2 to 0.8 on a straight line
    assert.ok(Math.abs(ap - (61 * 0.7) / 100) < 1e-9, `${ap}`);
    assert.ok(Math.abs(r50 - 0.7) < 1e-9, `${r50}`);
  });

  it('an edge map without an edge, and an image that nobody drew on, are worth nothing', () => {
    const size = { width: 4, height: 3 };
    const truth = { id: 1, fileName: 'a.jpg', ...size, annotations: [] };
    const evaluation = edgeEvaluationOf({
      truth,
      edges: { map: { levels: new Uint8Array(12), ...size }, file: 'a.png' },
    });
    assert.ok(evaluation.counts.every(({ drawn, found }) => drawn === 0 && found === 0));
    const { ods, ois, ap, r50 } = edgeScoresOf([evaluation]);
    assert.deepEqual([ods.f, ois.f, ap, r50], [0, 0, 0, 0]);
  });
});

async function reportOf(edges: string, gt: string): Promise<EdgeReport> {
  const { exitCode, stdout, stderr } = await runMain('eval', edges, '--edges', '--gt', gt, '--json', '--workers', '2');
  assert.deepEqual([exitCode, stderr], [0, '']);
  return JSON.parse(stdout);
}

describe('sam-cli eval --edges', () => {
  it('finds maps by the names of the images, prints the scores and writes those of each image', async (context) => {
    const root = await temporaryFolder(context);
    const maps = join(root, 'maps');
    await mkdir(join(maps, 'sub'), { recursive: true });
    const { images, annotations } = JSON.parse(await readFile(segments, 'utf8'));
    const size = { width: images[0].width, height: images[0].height };
    const none = await greyPngOf({ levels: new Uint8Array(size.width * size.height), ...size });
    // where two images are called alike, their results have their extensions too
    for (const name of ['sub/a.jpg.png', 'sub/a.tif.png', 'b.png', 'stranger.png'])
      await writeFile(join(maps, name), none);
    const gt = join(root, 'gt.json');
    await writeFile(
      gt,
      JSON.stringify({
        images: [images[0], { ...images[1], file_name: 'sub/a.tif' }, { ...images[2], file_name: 'sub/b.jpg' }],
        annotations: annotations.map(({ annotator, ...rest }: { annotator: number }) => rest),
      }),
    );
    const csv = join(root, 'images.csv');
    const { exitCode, stdout, stderr } = await runMain('eval', maps, '--edges', '--gt', gt, '--csv', csv);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.equal(
      stdout,
      [
        '3 images, 3 drawings of their boundaries',
        '1 edge maps are of images that are not in the ground truth: passed over',
        '',
        '          F  recall  precision  threshold',
        'ODS  0.0000  0.0000     0.0000     0.0100',
        'OIS  0.0000  0.0000     0.0000          -',
        '',
        'AP 0.0000, R50 0.0000',
        '',
      ].join('\n'),
    );
    assert.match(
      await readFile(csv, 'utf8'),
      /^image,annotators,threshold,recall,precision,f\r\nsub\/a\.jpg,1,0\.01,0,0,0\r\n/,
    );
  });

  it('says what is wrong with what it is given', async (context) => {
    const root = await temporaryFolder(context);
    const expect = async (message: RegExp, code: number, ...words: string[]) => {
      const { exitCode, stderr } = await runMain('eval', root, '--edges', '--gt', segments, ...words);
      assert.match(stderr, message);
      assert.equal(exitCode, code);
    };
    await expect(/^sam-cli: Expected edge maps of the images of --gt \(such as sub\/a\.jpg\) but found none in /, 2);
    await expect(/^sam-cli: Expected no --svg with --edges/, 2, '--svg', join(root, 'curves.svg'));
    await writeFile(join(root, 'a.png'), 'no image');
    await expect(/^sam-cli: Expected an image .* could not read .*a\.png/, 1);
    await writeFile(join(root, 'a.png'), await greyPngOf({ levels: new Uint8Array(6), width: 3, height: 2 }));
    await expect(/^sam-cli: Expected 240 x 180 pixels for sub\/a\.jpg but received 3 x 2 in .*a\.png/, 2);
  });
});

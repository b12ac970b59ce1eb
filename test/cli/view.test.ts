import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import sharp from 'sharp';
import type { ImageChunk, ImageMasks, ReportHead } from '../../src/report/data/report-data.js';
import { exportedRun } from '../support/exported-run.js';
import { runFake } from '../support/fake-run.js';
import { fileTree } from '../support/file-tree.js';
import { rectangleRun } from '../support/rectangle-run.js';
import { cliPath, runMain } from '../support/run-cli.js';
import { writeSmallImages } from '../support/small-images.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** What a script of a report hands over. */
async function dataOf<T>(report: string, name: string): Promise<T> {
  let json = 'null';
  runInNewContext(await readFile(join(report, 'report', `${name}.js`), 'utf8'), {
    samReport: (_: string, text: string) => {
      json = text;
    },
  });
  return JSON.parse(json);
}

describe('sam-cli view', () => {
  it('writes a report of a run of each format, with the page to open as the last word', async (context) => {
    for (const format of ['json', 'ndjson', 'ndjson.gz', 'tar', 'coco'] as const) {
      const run = await rectangleRun(await temporaryFolder(context), ['a.png', 'b.png'], { output: { format } });
      const report = join(run, '_report');
      const { exitCode, stdout, stderr } = await runMain('view', run);
      const words = `2 images, 6 masks, 1 failure -> ${join(report, 'index.html')}\n`;
      assert.deepEqual([exitCode, stdout, stderr], [0, words, ''], format);
      const head = await dataOf<ReportHead>(report, 'head');
      assert.deepEqual([head.title, head.images, head.failed, head.predicted_iou], ['run', 2, 1, [7000, 9000]]);
      const { images, area } = await dataOf<ImageChunk>(report, 'images-0');
      assert.deepEqual(area, [10000, 400, 2500, 10000, 400, 2500]);
      assert.deepEqual(images[1], { id: 2, file_name: 'b.png', width: 200, height: 100, masks: 3 });
      const { masks } = await dataOf<ImageMasks>(report, '0/2');
      assert.deepEqual([masks[1].number, masks[1].box, masks[1].predicted_iou], [2, [20, 20, 39, 39], 0.7]);
    }
  });

  it('shows merged shards, and only the masks that are asked for', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, whole] = [join(root, 'photos'), join(root, 'whole')];
    await writeSmallImages(photos, 4);
    const parts = [join(root, 'a'), join(root, 'b')];
    for (const [index, part] of parts.entries()) await runFake([photos], part, { shard: { index, count: 2 } });
    assert.equal((await runMain('merge', ...parts, '--out', whole)).exitCode, 0);
    assert.match((await runMain('view', whole)).stdout, /^4 images, 4 masks -> /);
    const run = await rectangleRun(join(root, 'rectangles'), ['a.png']);
    const out = join(root, 'report');
    const { stdout } = await runMain('view', run, '-o', out, '--min-area', '5%', '--top', '1', '--json');
    assert.deepEqual(JSON.parse(stdout), {
      page: join(out, 'index.html'),
      ...{ images: 1, masks: 1, left_out: 2, failed: 1, without_file: 0 },
    });
    const { details } = await dataOf<ReportHead>(out, 'head');
    assert.deepEqual(details.find(({ title }) => title === 'Masks of this report')?.rows, [
      ['Least area', '5 %'],
      ['Best of each image', '1'],
    ]);
    // a mask keeps the number, and so the colour, that it has among all
    assert.match((await runMain('view', run, '-o', out, '--max-area', '400')).stdout, /^1 image, 1 mask, 2 left out/);
    assert.equal((await dataOf<ImageMasks>(out, '0/1')).masks[0].number, 2);
  });

  it('writes images no larger than is asked for, and names them by their number alone', async (context) => {
    const { run, root, photos } = await exportedRun(context);
    const out = join(root, 'report');
    await runMain('view', run, '-o', out, '--max-side', '16');
    const { width, height } = await sharp(join(out, 'report', '0', '1.jpg')).metadata();
    assert.deepEqual([width, height], [16, 10]);
    for (const name of (await fileTree(out)).keys()) assert.match(name, /^[\w./-]+$/);
    const moved = join(root, 'moved');
    await rename(photos, moved);
    const gone = await runMain('view', run, '-o', out);
    assert.equal(gone.exitCode, 0);
    assert.equal(gone.stderr, '5 images could not be read: masks stand on a plain ground (--images)\n');
    assert.match((await dataOf<ImageChunk>(out, 'images-0')).images[0].missing ?? '', /Expected the image/);
    assert.ok(!(await fileTree(out)).has('report/0/1.jpg'));
    assert.equal((await runMain('view', run, '-o', out, '--images', moved)).stderr, '');
  });

  it('replaces a report, and nothing else', async (context) => {
    const root = await temporaryFolder(context);
    const run = await rectangleRun(root, ['a.png']);
    const [other, out] = [join(root, 'other'), join(root, 'out')];
    await mkdir(other);
    await writeFile(join(other, 'notes.txt'), 'mine');
    for (const taken of [other, run, join(root, 'photos')]) {
      const before = await fileTree(taken);
      const { exitCode, stderr } = await runMain('view', run, '-o', taken);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^sam-cli: Expected a new folder or a report for --out but .* holds /);
      assert.deepEqual(await fileTree(taken), before);
    }
    assert.equal((await runMain('view', run, '-o', out)).exitCode, 0);
    await writeFile(join(out, 'notes.txt'), 'mine');
    await writeFile(join(out, 'report', '0', '999.js'), 'of an earlier run');
    assert.equal((await runMain('view', run, '-o', out)).exitCode, 0);
    const names = [...(await fileTree(out)).keys()];
    assert.ok(names.includes('notes.txt') && !names.includes('report/0/999.js'), names.join(' '));
    assert.equal((await runMain('view', join(root, 'photos'))).exitCode, 2);
  });

  it('leaves no report when a record is damaged or Ctrl-C is pressed', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, run] = [join(root, 'photos'), join(root, 'run')];
    await writeSmallImages(photos, 150);
    await runFake([photos], run);
    const out = join(run, '_report');
    const stopped = await new Promise<{ exitCode: number | null; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, [cliPath, 'view', run]);
      let stderr = '';
      let isAsked = false;
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      const look = setInterval(async () => {
        const files = await readdir(join(out, 'report', '0')).catch(() => []);
        // once: a second one ends a process at once
        if (files.length > 0 && !isAsked) isAsked = child.kill('SIGINT');
      }, 5);
      child.on('close', (exitCode) => {
        clearInterval(look);
        resolve({ exitCode, stderr });
      });
    });
    assert.deepEqual(stopped, { exitCode: 130, stderr: 'Stopped: no report was written.\n' });
    assert.deepEqual([...(await fileTree(out)).keys()], []);
    const [record] = (await readdir(join(run, 'sub0'))).sort();
    await writeFile(join(run, 'sub0', record), '{');
    const { exitCode, stderr } = await runMain('view', run);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^sam-cli: Expected the result of .* but could not read it/);
    assert.deepEqual([...(await fileTree(out)).keys()], []);
    await rm(run, { recursive: true });
  });
});

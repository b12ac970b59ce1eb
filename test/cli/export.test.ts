import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EXPORT_FORMATS } from '../../src/dataset/export/export-formats.js';
import { exportedRun } from '../support/exported-run.js';
import { runMain } from '../support/run-cli.js';

describe('sam-cli export', () => {
  it('writes every format that it names, and says what it wrote in words and as JSON', async (context) => {
    const { run, root } = await exportedRun(context);
    for (const format of EXPORT_FORMATS) {
      const out = join(root, format);
      const { exitCode, stdout, stderr } = await runMain('export', run, '--to', format, '--out', out);
      assert.deepEqual([exitCode, stdout, stderr], [0, `30 masks of 5 images -> ${out}\n`, '']);
    }
    const filtered = ['--min-predicted-iou', '0.9', '--min-area', '0.5%', '--top', '1'];
    const words = ['export', run, '--to', 'coco', '-o', join(root, 'coco'), '--overwrite', ...filtered];
    assert.equal((await runMain(...words)).stdout, `5 masks of 5 images, 25 left out -> ${join(root, 'coco')}\n`);
    const { stdout } = await runMain(...words, '--json');
    assert.deepEqual(JSON.parse(stdout), { images: 5, masks: 5, left_out: 25, files: 1 });
  });

  it('answers 2 to wrong usage and names what was expected', async (context) => {
    const { run, root, photos } = await exportedRun(context);
    const expect = async (message: RegExp, ...words: string[]) => {
      const { exitCode, stderr } = await runMain('export', ...words);
      assert.equal(exitCode, 2);
      assert.match(stderr, message);
    };
    const out = join(root, 'out');
    await expect(/Allowed choices are coco, coco-results/, run, '--to', 'bmp', '-o', out);
    await expect(/required option '-o, --out <path>'/, run, '--to', 'coco');
    await expect(/no manifest in/, photos, '--to', 'coco', '-o', out);
    await expect(/Expected pixels such as 100 or a share/, run, '--to', 'coco', '-o', out, '--min-area', '101%');
    await expect(/an empty folder for --out/, run, '--to', 'png', '-o', root);
  });
});

describe('sam-cli stats', () => {
  it('counts masks, areas and scores, for people and for programs', async (context) => {
    const { run } = await exportedRun(context);
    const { exitCode, stdout } = await runMain('stats', run);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^5 images, 30 masks, 0 failed\n/);
    assert.match(stdout, /masks an image: 6 to 6, median 6, mean 6; 0 images without a mask\n/);
    assert.match(stdout, /\npredicted IoU: 0\.600 to 1\.010, mean 0\.842\n/);
    assert.match(stdout, /\n {2}tom "& <jerry>\s+5 +100\.0% {2}#+\n/);
    const stats = JSON.parse((await runMain('stats', run, '--json')).stdout);
    const sum = (rows: readonly { count: number }[]) => rows.reduce((total, { count }) => total + count, 0);
    assert.deepEqual([stats.area_share, stats.predicted_iou.bins, stats.stability_score.bins].map(sum), [30, 30, 30]);
    assert.deepEqual(stats.masks_per_image, { min: 6, median: 6, mean: 6, max: 6, images_without: 0 });
    const status = JSON.parse((await runMain('status', run, '--json')).stdout);
    assert.deepEqual(stats.failures_by_code, status.failures_by_code);
  });
});

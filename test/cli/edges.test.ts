import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { edgesJob, ownModelEntry, runDataset } from '../../src/index.js';
import { fixtureUrl } from '../support/fixture.js';
import { runMain } from '../support/run-cli.js';
import { SMALL_MODEL_FILES } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const coffee = fileURLToPath(fixtureUrl('images/coffee.png'));
const COARSE = ['--points-per-side', '2', '--workers', '1', '--threads', '1'];

describe('sam-cli edges', () => {
  it('makes a PNG of each image, reports the one it cannot read, and goes on where it was', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, out] = [join(root, 'photos'), join(root, 'edges')];
    await mkdir(join(photos, 'sub'), { recursive: true });
    await sharp(coffee).resize(240).jpeg().toFile(join(photos, 'cup.jpg'));
    await sharp(coffee)
      .resize(120)
      .rotate(90)
      .webp()
      .toFile(join(photos, 'sub', 'small cup.webp'));
    await writeFile(join(photos, 'broken.jpg'), 'no image');
    const run = await runMain('edges', photos, '--out', out, ...COARSE);
    assert.equal(run.exitCode, 1, run.stderr);
    assert.match(run.stderr, /^FAILED .*broken\.jpg: Expected an image \(JPEG/m);
    assert.match(run.stderr, /^Done: 2 images, \d+ masks in [\d.]+ s, [\d.]+ s an image, 1 failure\.$/m);
    const files = (await readdir(out, { recursive: true })).filter((name) => !name.startsWith('_run'));
    assert.deepEqual(files.sort(), ['cup.png', 'failures.ndjson', 'sub', 'sub/small cup.png']);
    const { width, height, channels, depth } = await sharp(join(out, 'sub/small cup.png')).metadata();
    assert.deepEqual({ width, height, channels, depth }, { width: 80, height: 120, channels: 1, depth: 'uchar' });
    const { channels: levels } = await sharp(join(out, 'cup.png')).stats();
    assert.deepEqual([levels[0]?.min, levels[0]?.max], [0, 255]);

    const again = await runMain('edges', photos, '--out', out, ...COARSE, '--log-format', 'ndjson');
    assert.equal(again.exitCode, 1);
    assert.match(again.stderr, /"done_before":2,"failed_before":1/);
    const finer = await runMain('edges', photos, '--out', out, '--points-per-side', '3');
    assert.equal(finer.exitCode, 2);
    assert.match(finer.stderr, /settings\.pointsPerSide was 2, is 3/);
    for (const words of [
      ['stats', out],
      ['export', out, '--to', 'coco', '--out', join(root, 'coco.json')],
      ['merge', out, '--out', join(root, 'merged')],
      ['compare', out, out],
    ]) {
      const { exitCode, stderr } = await runMain(...words);
      assert.equal(exitCode, 2, words[0]);
      assert.match(stderr, /^sam-cli: Expected a run that made masks but the one in .*edges found edges\n/);
    }
  });

  it('makes levels of 16 bits for a program', async (context) => {
    const root = await temporaryFolder(context);
    const photo = join(root, 'cup.png');
    await sharp(coffee).resize(120).png().toFile(photo);
    const out = join(root, 'edges');
    const model = await ownModelEntry(SMALL_MODEL_FILES.encoder, SMALL_MODEL_FILES.decoder);
    const summary = await runDataset({
      job: edgesJob({ model, pointsPerSide: 2, bits: 16 }),
      inputs: [photo],
      out,
      workers: 1,
      threads: 1,
    });
    assert.equal(summary.images, 1);
    assert.equal((await sharp(join(out, 'cup.png')).metadata()).depth, 'ushort');
  });

  it('refuses what it cannot use', async (context) => {
    const root = await temporaryFolder(context);
    const wrong = await runMain('edges', coffee, '--out', join(root, 'x'), '--bits', '12');
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /Allowed choices are 8, 16/);
    const format = { folder: join(root, 'y'), format: 'ndjson' } as const;
    await assert.rejects(runDataset({ job: edgesJob(), inputs: [coffee], out: format }), {
      code: 'bad-usage',
      message: 'Expected edge-maps for edges, and for nothing else, but received ndjson',
    });
    assert.throws(() => edgesJob({ predIouThresh: -1 }), { code: 'bad-usage' });
  });
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { mergeRuns } from '../../../src/dataset/merge/merge-runs.js';
import { packageVersion } from '../../../src/package-root.js';
import { fakeJob, runFake } from '../../support/fake-run.js';
import { recordTree } from '../../support/file-tree.js';
import { writeSmallImages } from '../../support/small-images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A text with every time in it taken out. */
function timeless(text: string): string {
  return text.replace(/"(at|started_at|finished_at)":\s*("[^"]*"|\d+)/g, '"$1":0');
}

describe('mergeRuns', () => {
  let root: string;
  let photos: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    photos = join(root, 'photos');
    await writeSmallImages(photos, 8);
    // names that meet, in different shards
    for (const name of ['a.jpg', 'a.png', 'b.gif']) await writeFile(join(photos, name), 'no image');
  });
  after(() => rm(root, { recursive: true }));

  for (const format of ['json', 'ndjson', 'tar'] as const) {
    it(`makes of two shards what one run makes, byte for byte but for times (${format})`, async () => {
      const output = { format, recordsPerFile: 3 };
      const whole = join(root, `whole-${format}`);
      await runFake([photos], whole, { output });
      const parts = [0, 1].map((i) => join(root, `part${i}-${format}`));
      for (const [index, part] of parts.entries())
        await runFake([photos], part, { output, shard: { index, count: 2 } });
      const merged = join(root, `merged-${format}`);
      const report = await mergeRuns({ folders: parts.toReversed(), out: merged, command: [] });
      assert.deepEqual(report, {
        planned: 11,
        images: 8,
        masks: 8,
        failures: 3,
        failures_by_code: { 'unreadable-image': 3 },
        gaps: 0,
        first_gaps: [],
        missing_shards: [],
        duplicates: 0,
        first_duplicates: [],
      });
      assert.deepEqual(await recordTree(merged), await recordTree(whole));
      for (const file of ['failures.ndjson', '_run/journal.ndjson']) {
        const [ours, theirs] = await Promise.all(
          [merged, whole].map(async (folder) => timeless(await readFile(join(folder, file), 'utf8')).split('\n')),
        );
        // a run notes images in files of their own as they end
        assert.deepEqual(format === 'json' ? ours.sort() : ours, format === 'json' ? theirs.sort() : theirs);
      }
      const [ours, theirs] = await Promise.all(
        [merged, whole].map(async (folder) => JSON.parse(await readFile(join(folder, '_run', 'manifest'), 'utf8'))),
      );
      assert.deepEqual({ ...ours, starts: 0, merged_from: 0 }, { ...theirs, starts: 0, merged_from: 0 });
    });
  }

  it('reports gaps and duplicates, and a run goes on in the merged folder', async () => {
    const [first, third] = [join(root, 'first'), join(root, 'third')];
    await runFake([photos], first, { shard: { index: 0, count: 3 } });
    await runFake([photos], third, { shard: { index: 2, count: 3 } });
    // the same shard done twice, in another folder
    const again = join(root, 'again');
    await runFake([photos], again, { shard: { index: 2, count: 3 } });
    await rm(join(first, 'sub0', '00000.json'));
    const merged = join(root, 'merged-gaps');
    const report = await mergeRuns({ folders: [first, third, again], out: merged, command: [] });
    const { gaps, first_gaps, missing_shards, duplicates } = report;
    // 11 images: shard 1 of 3 has 4 of them, and one record is gone
    assert.deepEqual(
      { gaps, first_gaps, missing_shards },
      { gaps: 5, first_gaps: [2, 4, 5, 8, 11], missing_shards: ['1/3'] },
    );
    // of its three images one has no record
    assert.equal(duplicates, 2);
    await assert.rejects(mergeRuns({ folders: [first], out: merged, command: [] }), { code: 'bad-usage' });
    const { summary } = await runFake([photos], merged);
    assert.deepEqual([summary.images + summary.failures, summary.done_before + summary.failed_before], [5, 6]);
  });

  it('refuses folders that are not shards of one run', async () => {
    const [a, b] = [join(root, 'run-a'), join(root, 'run-b')];
    await runFake([photos], a, { shard: { index: 0, count: 2 } });
    await runFake([photos], b, { shard: { index: 1, count: 2 }, job: fakeJob({ pointsPerSide: 3 }) });
    await assert.rejects(mergeRuns({ folders: [a, b], out: join(root, 'x'), command: [] }), {
      code: 'bad-usage',
      message: `Expected shards of one run but ${a} and ${b} differ: settings.pointsPerSide was 32, is 3`,
    });
    await assert.rejects(mergeRuns({ folders: [photos], out: join(root, 'x'), command: [] }), { code: 'bad-usage' });
  });

  it('refuses a file as its folder, and one of the shards, even to start again', async () => {
    const [a, b] = [0, 1].map((index) => join(root, `safe${index}`));
    await runFake([photos], a, { shard: { index: 0, count: 2 } });
    await runFake([photos], b, { shard: { index: 1, count: 2 } });
    const before = await recordTree(a);
    for (const out of [a, `${a}/../safe0/`]) {
      await assert.rejects(mergeRuns({ folders: [a, b], out, overwrite: true, command: [] }), {
        code: 'bad-usage',
        message: `Expected a folder of its own for --out but ${out} is one of the shards`,
      });
    }
    assert.deepEqual(await recordTree(a), before);
    const file = join(photos, 'a.jpg');
    await assert.rejects(mergeRuns({ folders: [a, b], out: file, command: [] }), {
      code: 'bad-usage',
      message: `Expected a folder for --out but ${file} is a file`,
    });
  });

  it('reports records of many that are gone with their file as gaps', async () => {
    const output = { format: 'ndjson', recordsPerFile: 2 } as const;
    const parts = [0, 1].map((i) => join(root, `torn${i}`));
    for (const [index, part] of parts.entries()) await runFake([photos], part, { output, shard: { index, count: 2 } });
    await rm(join(parts[0], 'masks-00000.ndjson'));
    const { images, gaps } = await mergeRuns({ folders: parts, out: join(root, 'untorn'), command: [] });
    assert.deepEqual([images, gaps], [6, 2]);
    await writeFile(join(parts[0], 'masks-00000.ndjson'), 'half a rec');
    await assert.rejects(mergeRuns({ folders: parts, out: join(root, 'half'), command: [] }), {
      code: 'bad-run-folder',
      message: /^Expected \d+ bytes in .*masks-00000\.ndjson but it ends at 10$/,
    });
  });

  it('tells the tool that merged, and from what, also when the run goes on', async (context) => {
    const { root: folder, parts } = { root: await temporaryFolder(context), parts: ['0', '1'] };
    const folders = parts.map((part) => join(folder, part));
    for (const [index, part] of folders.entries()) await runFake([photos], part, { shard: { index, count: 2 } });
    const manifestIn = async (run: string) => JSON.parse(await readFile(join(run, '_run', 'manifest'), 'utf8'));
    // a part that another version of the tool made, and that was merged itself
    const other = {
      ...(await manifestIn(folders[0])),
      tool: { name: 'sam-cli', version: '0.0.1' },
      merged_from: ['x'],
    };
    await writeFile(join(folders[0], '_run', 'manifest'), JSON.stringify(other));
    const out = join(folder, 'out');
    await mergeRuns({ folders: folders.map((each) => relative('.', each)), out, command: [] });
    const { tool, merged_from, starts } = await manifestIn(out);
    assert.deepEqual([tool.version, merged_from, starts.length], [packageVersion, folders, 1]);
    await runFake([photos], out);
    assert.deepEqual((await manifestIn(out)).merged_from, folders);
  });

  it('tells why it waits for a folder that another machine may be working in', async () => {
    const part = join(root, 'whole-json');
    const out = join(root, 'waited-for');
    await mkdir(join(out, '_run'), { recursive: true });
    await writeFile(join(out, '_run', 'lock'), JSON.stringify({ pid: 1, host: 'elsewhere' }));
    const controller = new AbortController();
    const words: string[] = [];
    const onWait = (message: string) => {
      words.push(message);
      controller.abort();
    };
    const merging = mergeRuns({ folders: [part], out, command: [], onWait, signal: controller.signal });
    await assert.rejects(merging, { name: 'AbortError' });
    assert.match(words.join(), /^Waiting for .*waited-for: process 1 on elsewhere may work there/);
  });
});

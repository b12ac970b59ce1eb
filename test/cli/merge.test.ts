import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { ImageAnswer, ImageTask } from '../../src/execute/executor.js';
import { segmentJob } from '../../src/library/jobs.js';
import { runFake } from '../support/fake-run.js';
import { recordTree } from '../support/file-tree.js';
import { cliPath, runMain } from '../support/run-cli.js';
import { writeSmallImages } from '../support/small-images.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { ToyExecutor } from '../support/toy-executor.js';

/** Answers each prompt with the same mask. */
class PromptedExecutor extends ToyExecutor {
  override async answer(task: ImageTask): Promise<ImageAnswer> {
    const { masks, ...rest } = await super.answer(task);
    return { ...rest, masks: (task.prompts ?? []).map((prompt) => ({ ...masks[0], prompt })) };
  }
}

/** Two shards of a run over seven images, in folders part0 and part1 beside the photos. */
async function shards(context: TestContext): Promise<{ root: string; photos: string; parts: string[] }> {
  const root = await temporaryFolder(context);
  const photos = join(root, 'photos');
  await writeSmallImages(photos, 7);
  const parts = [0, 1].map((index) => join(root, `part${index}`));
  for (const [index, part] of parts.entries()) await runFake([photos], part, { shard: { index, count: 2 } });
  return { root, photos, parts };
}

/** Two shards of a run over five images with the prompts of a COCO dataset. */
async function promptedShards(context: TestContext) {
  const root = await temporaryFolder(context);
  const photos = join(root, 'photos');
  await writeSmallImages(photos, 5);
  const dataset = {
    info: { description: 'ours' },
    images: [0, 1, 2, 3, 4].map((i) => ({ id: 50 + i, file_name: `0000${i}.png`, licence: i })),
    annotations: [0, 1, 2, 3, 4].map((i) => ({
      id: 900 - i,
      image_id: 50 + i,
      category_id: 8,
      bbox: [1, 1, 9, 9],
      tag: i,
    })),
    categories: [{ id: 8, name: 'disc', colour: 'red' }],
  };
  const prompts = join(root, 'prompts.json');
  await writeFile(prompts, JSON.stringify(dataset));
  const fileOf = async (out: string) => JSON.parse(await readFile(join(out, '_annotations.coco.json'), 'utf8'));
  const job = segmentJob({ prompts: { kind: 'file', path: prompts, isRelative: false } });
  const options = { job, executor: () => new PromptedExecutor(), output: { format: 'coco' } } as const;
  const parts = [join(root, 'part0'), join(root, 'part1')];
  for (const [index, part] of parts.entries()) {
    await runFake([photos], part, { ...options, shard: { index, count: 2 } });
  }
  return { root, photos, parts, options, dataset, fileOf, out: join(root, 'out'), whole: join(root, 'whole') };
}

describe('sam-cli merge', () => {
  it('joins shards to what one run makes, and says so in words and as JSON', async (context) => {
    const { root, photos, parts } = await shards(context);
    const [out, whole] = [join(root, 'out'), join(root, 'whole')];
    const words = ['merge', ...parts, '--out', out];
    assert.deepEqual(await runMain(...words), {
      exitCode: 0,
      stdout: `7 of 7 images, 7 masks -> ${out}\n`,
      stderr: '',
    });
    await runFake([photos], whole);
    assert.deepEqual(await recordTree(out), await recordTree(whole));
    const exported = await runMain('export', out, '--to', 'coco', '-o', join(root, 'all.json'));
    assert.equal(exported.stdout, `7 masks of 7 images -> ${join(root, 'all.json')}\n`);
    // what main was given, and not what the process was
    const { starts } = JSON.parse(await readFile(join(out, '_run', 'manifest'), 'utf8'));
    assert.deepEqual(starts.at(-1).command, words);

    const again = await runMain(...words, '--overwrite', '--json');
    assert.equal(again.exitCode, 0);
    assert.deepEqual(JSON.parse(again.stdout), {
      planned: 7,
      images: 7,
      masks: 7,
      failures: 0,
      failures_by_code: {},
      gaps: 0,
      first_gaps: [],
      missing_shards: [],
      duplicates: 0,
      first_duplicates: [],
    });
  });

  it('makes one COCO file of those of the shards, as one run makes it', async (context) => {
    const root = await temporaryFolder(context);
    const photos = join(root, 'photos');
    await writeSmallImages(photos, 7);
    const name = '_annotations.coco.json';
    const output = { format: 'coco' } as const;
    const parts = [0, 1, 2].map((index) => join(root, `part${index}`));
    for (const [index, part] of parts.entries()) await runFake([photos], part, { shard: { index, count: 3 }, output });
    const [out, whole] = [join(root, 'out'), join(root, 'whole')];
    const { stdout } = await runMain('merge', ...parts, '-o', out);
    assert.match(stdout, /\n7 annotations of 7 images in .*_annotations\.coco\.json\n$/);
    await runFake([photos], whole, { output });
    assert.equal(await readFile(join(out, name), 'utf8'), await readFile(join(whole, name), 'utf8'));
    // the merged run goes on as one
    await rm(join(out, name));
    await runFake([photos], out, { output });
    assert.equal(await readFile(join(out, name), 'utf8'), await readFile(join(whole, name), 'utf8'));
  });

  it('takes annotations from where it takes the record, of images that are in several folders', async (context) => {
    const { root, photos, parts } = await shards(context);
    const [again, out] = [join(root, 'again'), join(root, 'out')];
    for (const part of parts) await rm(part, { recursive: true });
    const output = { format: 'coco' } as const;
    await runFake([photos], parts[0], { output, shard: { index: 0, count: 1 } });
    // the same images with other pixels, so that they have other masks
    await writeSmallImages(photos, 7, (i) => i + 50);
    await runFake([photos], again, { output, shard: { index: 0, count: 1 } });
    assert.equal((await runMain('merge', parts[0], again, '-o', out)).exitCode, 1);
    const fileOf = (folder: string) => readFile(join(folder, '_annotations.coco.json'), 'utf8');
    assert.equal(await fileOf(out), await fileOf(parts[0]));
    assert.notEqual(await fileOf(out), await fileOf(again));
  });

  it('keeps ids, classes and fields of the COCO dataset that the prompts came from', async (context) => {
    const { out, whole, parts, options, fileOf, dataset, photos } = await promptedShards(context);
    assert.equal((await runMain('merge', ...parts, '-o', out)).exitCode, 0);
    await runFake([photos], whole, options);
    const merged = await fileOf(out);
    assert.deepEqual(merged, await fileOf(whole));
    assert.deepEqual([merged.info, merged.annotations[0].id, merged.annotations[0].tag], [dataset.info, 900, 0]);
  });

  it('makes no COCO file where a part has none to keep ids and fields, and says what does', async (context) => {
    const { out, whole, parts, options, fileOf, photos } = await promptedShards(context);
    // as a part that was stopped before its end
    await rm(join(parts[1], '_annotations.coco.json'));
    const { exitCode, stdout } = await runMain('merge', ...parts, '-o', out);
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /^No COCO file: .*part1 has none, .* with --out .*out and without --shard makes a whole one\.$/m,
    );
    await assert.rejects(fileOf(out), { code: 'ENOENT' });
    await runFake([photos], out, options);
    await runFake([photos], whole, options);
    assert.deepEqual(await fileOf(out), await fileOf(whole));
  });

  it('says how many images are left out where the COCO file of a part is older than its records', async (context) => {
    const { out, parts, fileOf } = await promptedShards(context);
    const path = join(parts[1], '_annotations.coco.json');
    const { images, annotations, ...rest } = await fileOf(parts[1]);
    const some = { ...rest, images: images.slice(1), annotations: annotations.slice(1) };
    await writeFile(path, JSON.stringify(some));
    const { exitCode, stdout } = await runMain('merge', ...parts, '-o', out);
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /^4 annotations of 4 images in .*; left out: 1 that the prompts do not name\. The command of/m,
    );
  });

  it('numbers annotations anew where the prompts were a list of results', async (context) => {
    const { out, whole, parts, options, fileOf, photos, root } = await promptedShards(context);
    const list = join(root, 'results.json');
    const results = [4, 0, 3, 1, 2].map((i) => ({
      image_id: i,
      category_id: 8,
      bbox: [1 + i, 1, 9, 9],
      score: i / 10,
    }));
    await writeFile(list, JSON.stringify(results));
    const prompts = { kind: 'file', path: list, isRelative: false } as const;
    const listed = { ...options, job: segmentJob({ prompts }), resume: { overwrite: true } };
    for (const [index, part] of parts.entries()) {
      // all prompts are of the first part's images
      await runFake([photos], part, { ...listed, shard: { index: 0, count: 1 + index } });
    }
    assert.equal((await runMain('merge', parts[0], '-o', out)).exitCode, 0);
    await runFake([photos], whole, listed);
    assert.deepEqual(await fileOf(out), await fileOf(whole));
  });

  it('says why it waits for a folder', async (context) => {
    const { root, parts } = await shards(context);
    const out = join(root, 'out');
    await mkdir(join(out, '_run'), { recursive: true });
    await writeFile(join(out, '_run', 'lock'), JSON.stringify({ pid: 1, host: 'elsewhere' }));
    const child = spawn(process.execPath, [cliPath, 'merge', ...parts, '-o', out]);
    let said = '';
    // it would wait for a minute
    for await (const chunk of child.stderr) {
      said += chunk;
      child.kill();
    }
    assert.match(said, /^Waiting for .*out: process 1 on elsewhere may work there/);
  });

  it('answers 1 and says what is missing, what failed and what is there twice', async (context) => {
    const { root, photos, parts } = await shards(context);
    const out = join(root, 'out');
    await writeFile(join(photos, 'sub0', '00000.png'), 'no image any more');
    await rm(parts[0], { recursive: true });
    await runFake([photos], parts[0], { shard: { index: 0, count: 2 } });
    const some = await runMain('merge', parts[0], parts[0], '-o', out);
    assert.equal(some.exitCode, 1);
    const [twice, ...lines] = some.stdout.split('\n').toReversed().slice(1);
    assert.deepEqual(lines.toReversed(), [
      `3 of 7 images, 3 masks -> ${out}`,
      'Failed: 1, see failures.ndjson there',
      'Missing: 3 (image_id 2, 4, 6)',
      'No folder was given for --shard 1/2',
    ]);
    // in the order in which they were done
    assert.match(twice, /^In several folders: 3 \(image_id [357], [357], [357]\); the first was taken$/);
  });

  it('answers 2 to folders that hold no run or another one, and to an output folder that is in use', async (context) => {
    const { root, photos, parts } = await shards(context);
    const out = join(root, 'out');
    const none = await runMain('merge', parts[0], photos, '-o', out);
    assert.equal(none.exitCode, 2);
    assert.match(none.stderr, /^sam-cli: Expected the output folder of a run but found no manifest in .*photos$/m);

    const other = join(root, 'other');
    await runFake([join(photos, 'sub0')], other);
    const mixed = await runMain('merge', parts[0], other, '-o', out);
    assert.equal(mixed.exitCode, 2);
    assert.match(mixed.stderr, /^sam-cli: Expected shards of one run but .* differ: the inputs are others$/m);

    const used = await runMain('merge', ...parts, '-o', other);
    assert.equal(used.exitCode, 2);
    assert.match(
      used.stderr,
      /^sam-cli: Expected a new folder for --out but .*other holds a run\nOr use --overwrite\.$/m,
    );
    const file = await runMain('merge', ...parts, '-o', join(photos, 'sub0', '00000.png'));
    assert.equal(file.exitCode, 2);
    assert.match(file.stderr, /^sam-cli: Expected a folder for --out but .*00000\.png is a file$/m);
    assert.equal((await runMain('merge', '-o', out)).exitCode, 2);
  });
});

import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { DatasetRun } from '../../../src/dataset/scheduler/dataset-run.js';
import type { RunEvent } from '../../../src/dataset/scheduler/events.js';
import { runDataset } from '../../../src/dataset/scheduler/run.js';
import { FolderStorage } from '../../../src/storage/folder-storage.js';
import { fakeJob, runFake } from '../../support/fake-run.js';
import { smallImage, writeSmallImages } from '../../support/small-images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { ToyExecutor } from '../../support/toy-executor.js';
import { ToySink, ToySource } from '../../support/toy-parts.js';

const NEVER = new Promise<never>(() => {});

/** Runs and aborts at the first event that `at` waits for. */
async function interrupted(run: DatasetRun, at: (event: RunEvent) => boolean) {
  const controller = new AbortController();
  const events: RunEvent[] = [];
  const summary = await runDataset({
    ...run,
    signal: controller.signal,
    onEvent(event) {
      events.push(event);
      if (!controller.signal.aborted && at(event)) setImmediate(() => controller.abort());
    },
  });
  const told = events.filter(({ event }) => event === 'interrupted' || event === 'run_finished');
  assert.deepEqual(
    told.map(({ event }) => event),
    ['interrupted', 'run_finished'],
  );
  assert.equal(summary.interrupted, true);
  return { summary, events };
}

describe('an aborted run', () => {
  it('ends while images are listed, also where the list is silent, and leaves no trace', async (context) => {
    const root = await temporaryFolder(context);
    const folder = join(root, 'out');
    await writeSmallImages(join(root, 'photos'), 2);
    const list = new PassThrough();
    const { summary } = await interrupted(
      {
        job: fakeJob(),
        selection: { inputs: [join(root, 'photos')], inputList: list },
        output: { folder, format: 'json', recordsPerFile: 1, copyImages: true },
        executor: () => new ToyExecutor(),
      },
      (event) => event.event === 'planning' && event.images > 0,
    );
    assert.deepEqual([summary.images, summary.done_before], [0, 0]);
    await assert.rejects(readdir(folder), { code: 'ENOENT' });
    // or it would keep the process alive
    assert.equal(list.destroyed, true);
    const whole = await runFake([join(root, 'photos')], folder);
    assert.equal(whole.summary.images, 2);
  });

  it('ends while it waits for a lock that another machine may hold', async (context) => {
    const folder = await temporaryFolder(context);
    await mkdir(join(folder, '_run'));
    await writeFile(join(folder, '_run', 'lock'), JSON.stringify({ pid: 1, host: 'elsewhere' }));
    const [sink, storage] = [new ToySink(), new FolderStorage(folder)];
    const source = new ToySource(new Map([['a.png', await smallImage(1)]]));
    await interrupted(
      { job: fakeJob(), source, sink, storage, executor: new ToyExecutor() },
      (event) => event.event === 'notice' && /^Waiting for .*elsewhere/.test(event.message),
    );
    assert.deepEqual(sink.calls, []);
    assert.deepEqual(await readdir(join(folder, '_run')), ['lock']);
  });

  it('ends while the model loads', async (context) => {
    const executor = new ToyExecutor({ ready: () => NEVER });
    const source = new ToySource(new Map([['a.png', await smallImage(1)]]));
    const [sink, storage] = [new ToySink(), new FolderStorage(await temporaryFolder(context))];
    const { summary, events } = await interrupted(
      { job: fakeJob(), source, sink, storage, executor: () => executor },
      (event) => event.event === 'loading_model',
    );
    assert.equal(summary.images, 0);
    assert.ok(!events.some(({ event }) => event === 'run_started' || event === 'image_started'));
    assert.deepEqual(sink.calls, ['open a new run', 'close']);
    assert.deepEqual([executor.isClosed, source.isClosed], [true, true]);
  });

  it('does not begin when it is aborted before', async (context) => {
    const source = new ToySource(new Map([['a.png', await smallImage(1)]]));
    const [sink, storage] = [new ToySink(), new FolderStorage(await temporaryFolder(context))];
    const executor = new ToyExecutor();
    const events: RunEvent[] = [];
    const summary = await runDataset({
      ...{ job: fakeJob(), source, sink, storage, executor },
      signal: AbortSignal.abort(),
      onEvent: (event) => events.push(event),
    });
    assert.equal(summary.interrupted, true);
    assert.deepEqual(
      events.map(({ event }) => event).filter((event) => event !== 'planning'),
      ['interrupted', 'run_finished'],
    );
    assert.deepEqual([sink.calls, source.isClosed], [[], true]);
  });

  it('finishes and writes the images in flight, begins no other, and does not wait for one that is still being read', async (context) => {
    const images = new Map<string, Uint8Array>();
    for (let i = 0; i < 8; i++) images.set(`${i}.png`, await smallImage(i + 1));
    const source = new ToySource(images);
    const open = source.open.bind(source);
    source.open = (planned) => (planned.name === '3.png' ? NEVER : open(planned));
    const [sink, storage] = [new ToySink(), new FolderStorage(await temporaryFolder(context))];
    const executor = new ToyExecutor({ concurrency: 2, before: () => new Promise((done) => setTimeout(done, 50)) });
    const { summary, events } = await interrupted(
      { job: fakeJob(), source, sink, storage, executor },
      (event) => event.event === 'image_started',
    );
    const namesOf = (kind: string) =>
      events.flatMap((each) => (each.event === kind && 'image' in each ? [each.image] : []));
    assert.deepEqual(namesOf('image_done').sort(), namesOf('image_started').sort());
    assert.ok(summary.images >= 1 && summary.images < 8, `${summary.images} images`);
    assert.equal(sink.results.length, summary.images);
    // it has not seen all images
    assert.ok(!sink.calls.includes('finish'));
    assert.equal(sink.calls.at(-1), 'close');
  });
});

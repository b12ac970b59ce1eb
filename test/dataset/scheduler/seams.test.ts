import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { DatasetRun } from '../../../src/dataset/scheduler/dataset-run.js';
import type { RunEvent } from '../../../src/dataset/scheduler/events.js';
import { runDataset } from '../../../src/dataset/scheduler/run.js';
import type { ImageTask } from '../../../src/execute/executor.js';
import type { SegmentJob } from '../../../src/execute/job.js';
import { DEFAULT_MODEL } from '../../../src/model/catalogue/catalogue.js';
import { SEGMENT_DEFAULTS } from '../../../src/segment/segment-image.js';
import { FolderStorage } from '../../../src/storage/folder-storage.js';
import { fakeJob } from '../../support/fake-run.js';
import { smallImage } from '../../support/small-images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { ToyExecutor } from '../../support/toy-executor.js';
import { ToySink, ToySource } from '../../support/toy-parts.js';

/** So many images in memory, `0.png` and on. */
async function imagesInMemory(count: number): Promise<Map<string, Uint8Array>> {
  const images = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) images.set(`${i}.png`, await smallImage(i + 1));
  return images;
}

describe('runDataset with parts of one’s own', () => {
  it('goes from a source through an executor to a sink: no thread, no file but its own', async (context) => {
    const storage = new FolderStorage(join(await temporaryFolder(context), 'run'));
    const images = await imagesInMemory(5);
    images.set('broken.png', Buffer.from('no image'));
    const [source, sink, events] = [new ToySource(images), new ToySink(), [] as RunEvent[]];
    // later images are quicker: the sink gets them in their order all the same
    const before = ({ image }: ImageTask) => new Promise<void>((done) => setTimeout(done, image.data[0] / 10));
    const executor = new ToyExecutor({ concurrency: 3, before });
    const run: DatasetRun = { job: fakeJob(), source, sink, storage, executor };
    const summary = await runDataset({ ...run, onEvent: (event) => events.push(event) });

    assert.deepEqual([summary.images, summary.masks, summary.failures], [5, 5, 1]);
    const writes = [0, 1, 2, 3, 4].map((i) => `write ${i}`);
    assert.deepEqual(sink.calls, ['open a new run', ...writes, 'finish', 'close']);
    for (const [i, { result, image }] of sink.results.entries()) {
      assert.equal(result.imageId, i + 1);
      assert.equal(result.fileName, `${i}.png`);
      assert.equal(result.masks[0].mask.width, result.width);
      assert.deepEqual(image?.bytes, images.get(`${i}.png`));
    }
    const told = events.filter(({ event }) => event !== 'planning' && event !== 'loading_model');
    assert.deepEqual(told[0], { event: 'run_started', images: 6, settled_before: 0, workers: 3, threads: 1 });
    assert.ok(told.some((event) => event.event === 'image_done' && event.output === storage.locate('toy:0')));
    assert.deepEqual(told.at(-2), { event: 'notice', message: '5 results in memory' });
    assert.equal(source.isClosed, true);
    // an executor that is given may serve another run
    assert.equal(executor.isClosed, false);
    assert.deepEqual((await readdir(storage.location)).sort(), ['_run', 'failures.ndjson']);

    const [again, asked] = [new ToySink(), [] as ImageTask[]];
    const made = new ToyExecutor({ before: (task) => void asked.push(task) });
    const more = new ToySource(new Map([...images, ['5.png', await smallImage(6)]]));
    const second = await runDataset({ ...run, source: more, sink: again, executor: () => made });
    assert.deepEqual([second.images, second.done_before, second.failed_before, asked.length], [1, 5, 1, 1]);
    assert.deepEqual(again.calls, ['open', 'write 5', 'finish', 'close']);
    assert.equal(made.isClosed, true);
  });

  it('makes its executor for the job and the number of images, and hears its notices', async (context) => {
    const storage = new FolderStorage(await temporaryFolder(context));
    const job = fakeJob({ pointsPerSide: 3 });
    const calls: unknown[][] = [];
    const events: RunEvent[] = [];
    await runDataset({
      job,
      source: new ToySource(await imagesInMemory(3)),
      sink: new ToySink(),
      storage,
      shard: { index: 0, count: 2 },
      executor(...[given, images, onNotice]) {
        calls.push([given, images]);
        onNotice('slow today');
        return new ToyExecutor();
      },
      onEvent: (event) => events.push(event),
    });
    assert.deepEqual(calls, [[job, 2]]);
    assert.ok(events.some((event) => event.event === 'notice' && event.message === 'slow today'));
  });

  it('asks the executor what a job’s prompts ask, in pixels, and nothing where they ask nothing', async (context) => {
    const job: SegmentJob = {
      kind: 'segment',
      model: DEFAULT_MODEL,
      settings: SEGMENT_DEFAULTS,
      prompts: { kind: 'same', points: [[0.5, 0.5, 1]], boxes: [], isRelative: true },
    };
    const [sink, asked] = [new ToySink(), [] as ImageTask[]];
    const run = {
      job,
      source: new ToySource(await imagesInMemory(1)),
      sink,
      storage: new FolderStorage(await temporaryFolder(context)),
      executor: new ToyExecutor({ before: (task) => void asked.push(task) }),
    };
    await runDataset(run);
    const { width, height } = asked[0].image;
    assert.deepEqual(
      asked[0].prompts?.map(({ id, points, labels }) => ({ id, points, labels })),
      [{ id: 1, points: [[width / 2, height / 2]], labels: [1] }],
    );
    // a point outside every image
    const outside: SegmentJob = { ...job, prompts: { ...job.prompts, points: [[2, 2, 1]] } as SegmentJob['prompts'] };
    const other = new ToySink();
    const others = new FolderStorage(await temporaryFolder(context));
    await runDataset({
      ...run,
      job: outside,
      source: new ToySource(await imagesInMemory(1)),
      sink: other,
      storage: others,
    });
    assert.equal(asked.length, 1);
    const [{ result }] = other.results;
    assert.deepEqual([result.masks.length, result.skippedPrompts.length], [0, 1]);
  });

  it('refuses parts that are missing, contradict each other or have no image', async (context) => {
    const storage = new FolderStorage(await temporaryFolder(context));
    const [source, sink] = [new ToySource(new Map()), new ToySink()];
    const run = { job: fakeJob(), executor: new ToyExecutor() };
    const wrong: [DatasetRun, string][] = [
      [{ ...run, sink, storage }, 'Expected inputs or a source but received neither'],
      [{ ...run, source, sink, storage, selection: { inputs: [] } }, 'Expected inputs or a source but received both'],
      [{ ...run, source }, 'Expected either output, or sink and storage, but received none of them'],
      [{ ...run, source, sink }, 'Expected either output, or sink and storage, but received sink'],
      [{ ...run, source, sink, storage }, 'Expected images but the source has none'],
    ];
    for (const [given, message] of wrong) await assert.rejects(runDataset(given), { code: 'bad-usage', message });
    assert.deepEqual(await readdir(storage.location), []);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PromptSet } from '../../../src/dataset/prompts/prompt-set.js';
import type { JournalLine } from '../../../src/dataset/run-folder/journal-lines.js';
import { CocoSink } from '../../../src/dataset/sinks/coco-sink.js';
import { jsonTreeSink } from '../../../src/dataset/sinks/json-tree-sink.js';
import type { Sink } from '../../../src/dataset/sinks/sink.js';
import type { ImageResult } from '../../../src/sam/found-mask.js';
import { CORNERLESS, doneLine, EMPTY, failedLine, imageResult } from '../../support/image-results.js';
import { MemoryStorage } from '../../support/memory-storage.js';
import { noImages } from '../../support/toy-parts.js';

const COCO = '_annotations.coco.json';
const PARTS = '_run/coco.ndjson';

/** Seven images of which each has a prompt id, a category and a file name of its own. */
const RESULTS = [1, 2, 3, 4, 5, 6, 7].map((id) =>
  imageResult(id, `ž${id}.jpg`, [
    { ...CORNERLESS, prompt: { id: `p${id}`, isNamed: true, category: `class ${8 - id}` } },
    { ...EMPTY, prompt: { id: 'same', isNamed: true } },
  ]),
);

/** A run in a storage that is started, killed and started again. */
class Run {
  readonly storage = new MemoryStorage();
  readonly journal: JournalLine[] = [];
  readonly prompts: PromptSet | undefined;
  #sink = new CocoSink();
  #isNew = true;

  constructor(prompts?: PromptSet) {
    this.prompts = prompts;
  }

  /** Starts, or starts again after a kill: nothing is closed then. */
  async start(sink: Sink = new CocoSink()): Promise<Sink> {
    const { storage, journal, prompts } = this;
    async function* journalLines() {
      for (const line of journal) yield [line];
    }
    await sink.open({ storage, isNew: this.#isNew, newImages: noImages, journalLines, ...(prompts && { prompts }) });
    this.#isNew = false;
    return sink;
  }

  async do(sink: Sink, results: readonly ImageResult[]): Promise<void> {
    for (const result of results) {
      const written = await sink.write({ name: `${result.imageId}`, result });
      this.journal.push(doneLine(result, written));
    }
  }

  /** Does all of it without a break. @returns the COCO file. */
  async calm(results: readonly ImageResult[] = RESULTS): Promise<string> {
    const sink = await this.start(this.#sink);
    await this.do(sink, results);
    await sink.finish();
    await sink.close();
    return this.storage.text(COCO);
  }
}

describe('CocoSink', () => {
  it('writes a file an image and one of all, in the order of the images whatever their order in time', async () => {
    const run = new Run();
    const text = await run.calm();
    const { images, annotations, categories } = JSON.parse(text);
    assert.deepEqual(
      images.map(({ file_name }: { file_name: string }) => file_name),
      RESULTS.map(({ fileName }) => fileName),
    );
    assert.deepEqual(
      annotations.map(({ id, image_id }: { id: number; image_id: number }) => [id, image_id]),
      [1, 2, 3, 4, 5, 6, 7].flatMap((id) => [
        [2 * id - 1, id],
        [2 * id, id],
      ]),
    );
    assert.deepEqual(categories[0], { id: 1, name: 'class 7' });
    const other = await new Run().calm(RESULTS.toReversed());
    assert.equal(other, text);
    const tree = new Run();
    await tree.do(await tree.start(jsonTreeSink()), RESULTS);
    for (const { imageId } of RESULTS) {
      assert.equal(run.storage.text(`${imageId}.json`), tree.storage.text(`${imageId}.json`));
    }
  });

  it('tells how much it wrote, and where', async () => {
    const run = new Run();
    const sink = await run.start();
    assert.deepEqual(sink.identity, { format: 'json' });
    await run.do(sink, RESULTS);
    assert.equal(await sink.finish(), `14 annotations of 7 images in memory/${COCO}`);
  });

  it('notes an image before the journal can, so that a power cut loses nothing', async () => {
    const run = new Run();
    await run.do(await run.start(), RESULTS.slice(0, 1));
    assert.deepEqual(run.storage.log, ['write 1.json', `append ${PARTS}, synced`]);
  });

  it('makes the same file after a kill: half a line, images noted twice, images that the journal does not know', async () => {
    const calm = await new Run().calm();
    const run = new Run();
    const killed = await run.start();
    await run.do(killed, RESULTS.slice(0, 2));
    // done and noted, but killed before the journal knew
    const [, , third, fourth] = RESULTS;
    assert.ok(third && fourth);
    await killed.write({ name: '3', result: { ...third, masks: [] } });
    const torn = run.storage.files.get(PARTS) ?? Buffer.alloc(0);
    run.storage.files.set(PARTS, Buffer.concat([torn, torn.subarray(0, 20)]));

    const again = await run.start();
    await run.do(again, [third]);
    // this one fails in the end
    await again.write({ name: '4', result: fourth });
    run.journal.push(failedLine(4, fourth.fileName));
    await run.do(again, RESULTS.slice(4));
    await again.finish();
    await again.close();
    const withoutFourth = RESULTS.filter(({ imageId }) => imageId !== 4);
    assert.equal(run.storage.text(COCO), await new Run().calm(withoutFourth));

    const last = await run.start();
    await run.do(last, [fourth]);
    await last.finish();
    assert.equal(run.storage.text(COCO), calm);
  });

  it('begins anew where a folder is used for another run', async () => {
    const run = new Run();
    run.storage.files.set(PARTS, Buffer.from('{"image_id":1,"file_name":"of another run"}\n'));
    assert.equal(await run.calm(), await new Run().calm());
  });

  it('reads images again that were done without it, once', async () => {
    const run = new Run();
    await run.do(await run.start(jsonTreeSink()), RESULTS.slice(0, 4));
    const sink = await run.start();
    await run.do(sink, RESULTS.slice(4));
    await sink.finish();
    await sink.close();
    const calm = await new Run().calm();
    assert.equal(run.storage.text(COCO), calm);
    // now it knows them
    for (const { imageId } of RESULTS) run.storage.files.delete(`${imageId}.json`);
    await (await run.start()).finish();
    assert.equal(run.storage.text(COCO), calm);
  });

  it('says which result is damaged or gone, and never that the disk is full', async () => {
    const run = new Run();
    await run.do(await run.start(jsonTreeSink()), RESULTS);
    const good = run.storage.text('3.json');
    const hint =
      'Put a whole one back; or remove the line of that image from memory/_run/journal.ndjson and run the same command again: the image is done again.';
    const beginning = 'Expected the result of ž3.jpg in memory/3.json but could not read it: ';
    const damages: [Buffer | undefined, string][] = [
      [Buffer.from(good.slice(0, 90)), 'Expected JSON but received the end (memory/3.json, line 2)'],
      [Buffer.from('{}'), 'Expected an object for image but received nothing (memory/3.json, line 1)'],
      [undefined, 'it is not there'],
    ];
    for (const [bytes, reason] of damages) {
      if (bytes) run.storage.files.set('3.json', bytes);
      else run.storage.files.delete('3.json');
      const sink = await run.start();
      await assert.rejects(sink.finish(), { code: 'bad-run-folder', message: beginning + reason, hint });
      assert.equal(run.storage.files.has(COCO), false);
    }
    // what the hint says helps
    const line = run.journal.findIndex(({ image_id }) => image_id === 3);
    run.journal.splice(line, 1);
    const sink = await run.start();
    await run.do(sink, RESULTS.slice(2, 3));
    await sink.finish();
    assert.equal(run.storage.text(COCO), await new Run().calm());
  });

  it('says so when what it gathered is damaged, and can do without', async () => {
    const run = new Run();
    const calm = await run.calm();
    const good = run.storage.text(PARTS);
    for (const damaged of [good.replace('{"image_id":2,', '{"image_id":?,'), good.replace('"area":19', '"area":1 9')]) {
      run.storage.files.set(PARTS, Buffer.from(damaged));
      await assert.rejects((await run.start()).finish(), {
        code: 'bad-run-folder',
        message: `Expected the annotations of an image in each line of memory/${PARTS} but received other text`,
        hint: 'Remove that file and run the same command again: it is made anew of the records.',
      });
    }
    run.storage.files.delete(PARTS);
    await (await run.start()).finish();
    assert.equal(run.storage.text(COCO), calm);
  });

  it('calls a full disk a full disk', async () => {
    for (const name of [PARTS, COCO]) {
      const run = new Run();
      run.storage.full.add(name);
      await assert.rejects(run.calm(), { code: 'unwritable-output' });
    }
  });

  it('keeps the file’s name for the file', async () => {
    const sink = await new Run().start();
    const result = imageResult(1, '_annotations.coco.png');
    await assert.rejects(sink.write({ name: '_annotations.coco', result }), { code: 'unwritable-name' });
  });

  it('takes ids of images from COCO prompts', async () => {
    const prompts: PromptSet = {
      format: 'coco',
      categories: [{ id: 3, name: 'class 7' }],
      promptsOf: async (name) => ({ objects: [], isRelative: false, imageId: `id of ${name}` }),
    };
    const { images, categories } = JSON.parse(await new Run(prompts).calm(RESULTS.slice(0, 1)));
    assert.deepEqual(images, [{ id: 'id of ž1.jpg', file_name: 'ž1.jpg', width: 6, height: 4 }]);
    assert.deepEqual(categories, [
      { id: 3, name: 'class 7' },
      { id: 4, name: 'object' },
    ]);
  });

  it('makes a file of many images without reading their parts one by one', async () => {
    const many = Array.from({ length: 500 }, (_, i) => imageResult(i + 1, `${i}.jpg`));
    // as several workers end them
    const order = many
      .map((_, i) => many[i % 2 === 0 ? Math.min(i + 1, 499) : i - 1])
      .filter((each) => each !== undefined);
    const run = new Run();
    const ranges: number[] = [];
    const { readRange } = run.storage;
    run.storage.readRange = (name, range) => {
      ranges.push(range.end - range.start);
      return readRange.call(run.storage, name, range);
    };
    const text = await run.calm(order);
    assert.equal(JSON.parse(text).images.length, 500);
    // twice through the parts
    assert.ok(ranges.length < 2 * 10, `${ranges.length} reads`);
  });
});

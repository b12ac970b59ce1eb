import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { PartFilesSink } from '../../../src/dataset/sinks/part-files-sink.js';
import type { Written } from '../../../src/dataset/sinks/sink.js';
import { ndjsonLineOf, sa1bFileOf, sa1bJsonOf } from '../../../src/formats/sa1b/write.js';
import { imageResult } from '../../support/image-results.js';
import { MemoryStorage } from '../../support/memory-storage.js';

const RESULTS = [1, 2, 3, 4, 5].map((id) => imageResult(id, `${id}.jpg`));
const LINES = RESULTS.map((result) => ndjsonLineOf(sa1bFileOf(result)));

/** Where the sink lists its files. */
const LIST = '_run/files.ndjson';

function recordFiles(storage: MemoryStorage): [name: string, bytes: Buffer][] {
  return [...storage.files].filter(([name]) => name !== LIST);
}

async function writeAll(sink: PartFilesSink, results = RESULTS): Promise<Written[]> {
  const written: Written[] = [];
  for (const result of results) written.push(await sink.write({ name: `${result.imageId}`, result }));
  return written;
}

/** What a run wrote that nothing disturbed. */
async function calmStorage(format: 'ndjson' | 'ndjson.gz' | 'tar') {
  const storage = new MemoryStorage();
  const sink = new PartFilesSink(format, { recordsPerFile: 2 });
  await sink.open({ storage });
  const written = await writeAll(sink);
  await sink.close();
  return { storage, written };
}

describe('PartFilesSink', () => {
  it('tells manifests what it told them before its options had other names', () => {
    const identities = [
      new PartFilesSink('ndjson', {}).identity,
      new PartFilesSink('ndjson.gz', { recordsPerFile: 7, copyImages: true }).identity,
      new PartFilesSink('tar', { recordsPerFile: 7 }).identity,
      new PartFilesSink('tar', { copyImages: false }).identity,
    ];
    assert.deepEqual(identities, [
      { format: 'ndjson', shard_size: 1000 },
      { format: 'ndjson.gz', shard_size: 7 },
      { format: 'tar', shard_size: 7, images: 'copied' },
      { format: 'tar', shard_size: 1000, images: 'left out' },
    ]);
  });

  it('begins a new file when one is full', async () => {
    const { storage, written } = await calmStorage('ndjson');
    assert.deepEqual(
      recordFiles(storage).map(([name, bytes]) => [name, bytes.toString()]),
      [
        ['masks-00000.ndjson', `${LINES[0]}${LINES[1]}`],
        ['masks-00001.ndjson', `${LINES[2]}${LINES[3]}`],
        ['masks-00002.ndjson', LINES[4]],
      ],
    );
    const { output, start, end } = written[3] ?? {};
    assert.equal(storage.text(`${output}`).slice(start, end), LINES[3]);
    assert.equal(storage.log.filter((entry) => entry.startsWith('append') && !entry.endsWith('synced')).length, 0);
  });

  it('writes gzip members that are one file', async () => {
    const { storage } = await calmStorage('ndjson.gz');
    assert.equal(gunzipSync(storage.files.get('masks-00000.ndjson.gz') ?? '').toString(), `${LINES[0]}${LINES[1]}`);
  });

  it('writes tar archives with the images beside the records', async () => {
    const storage = new MemoryStorage();
    const sink = new PartFilesSink('tar', {});
    assert.deepEqual([sink.copiesImages, sink.allowsDots], [true, false]);
    await sink.open({ storage });
    const [result] = RESULTS;
    assert.ok(result);
    await sink.write({ name: 'sub/a', result, image: { bytes: Buffer.from('jpeg'), extension: '.jpg' } });
    await sink.close();
    const entries: [string, string][] = [];
    const archive = extract();
    archive.end(storage.files.get('masks-00000.tar'));
    for await (const entry of archive) {
      let text = '';
      for await (const chunk of entry) text += chunk;
      entries.push([entry.header.name, text]);
    }
    assert.deepEqual(entries, [
      ['sub/a.jpg', 'jpeg'],
      ['sub/a.json', sa1bJsonOf(sa1bFileOf(result))],
    ]);
  });

  for (const format of ['ndjson', 'ndjson.gz', 'tar'] as const) {
    it(`goes on behind the last record that the journal knows (${format})`, async () => {
      const { storage: calm, written } = await calmStorage(format);
      const storage = new MemoryStorage();
      // killed while it wrote the fourth record, the third being known
      for (const [name, bytes] of recordFiles(calm))
        storage.files.set(name, Buffer.concat([bytes, Buffer.from('torn')]));
      storage.files.set(LIST, Buffer.from(calm.text(LIST)));
      const { output = '', end = 0 } = written[2] ?? {};
      const sink = new PartFilesSink(format, { recordsPerFile: 2 });
      await sink.open({ storage, lastPart: { output, end, records: 1 } });
      assert.equal(storage.files.has(`masks-00002.${format}`), false);
      await writeAll(sink, RESULTS.slice(3));
      await sink.close();
      const first = `masks-00000.${format}`;
      assert.deepEqual(
        new Map(recordFiles(storage).filter(([name]) => name !== first)),
        new Map(recordFiles(calm).filter(([name]) => name !== first)),
      );
    });
  }

  it('leaves a file alone that ends as it should', async () => {
    const { storage, written } = await calmStorage('tar');
    const before = new Map(storage.files);
    const { output = '', end = 0 } = written[4] ?? {};
    const sink = new PartFilesSink('tar', { recordsPerFile: 2 });
    await sink.open({ storage, lastPart: { output, end, records: 1 } });
    await sink.close();
    assert.deepEqual(storage.files, before);
  });

  for (const name of ['masks-00000.ndjson', 'masks-00003.ndjson', 'masks-123456.ndjson']) {
    it(`writes into no file that is someone else’s (${name})`, async () => {
      const storage = new MemoryStorage({ [name]: 'mine', 'masks-00000.tar': 'mine', 'masks-1.ndjson': 'mine' });
      await assert.rejects(new PartFilesSink('ndjson', {}).open({ storage }), {
        code: 'bad-run-folder',
        message: `Expected no memory/${name} that this run did not write but found one`,
      });
      assert.equal(storage.text(name), 'mine');
    });
  }

  it('never makes up for records that are gone', async () => {
    const { storage, written } = await calmStorage('tar');
    const { output = '', end = 0 } = written[4] ?? {};
    const lastPart = { output, end, records: 1 };
    const whole = storage.files.get(output) ?? Buffer.alloc(0);
    const hint = `Put the whole file back; or remove the lines that name ${output} from memory/_run/journal.ndjson and run the same command again: their images are done again.`;
    for (const [bytes, reason] of [
      [undefined, 'it is not there'],
      [whole.subarray(0, end - 1), `it ends at ${end - 1}`],
    ] as const) {
      if (bytes) storage.files.set(output, bytes);
      else storage.files.delete(output);
      const before = new Map(storage.files);
      await assert.rejects(new PartFilesSink('tar', { recordsPerFile: 2 }).open({ storage, lastPart }), {
        code: 'bad-run-folder',
        message: `Expected ${end} bytes of records in memory/${output} but ${reason}`,
        hint,
      });
      assert.deepEqual(storage.files, before);
    }
    // what the hint says helps
    storage.files.set(output, whole.subarray(0, 5));
    const { output: earlier = '', end: earlierEnd = 0 } = written[3] ?? {};
    const sink = new PartFilesSink('tar', { recordsPerFile: 2 });
    await sink.open({ storage, lastPart: { output: earlier, end: earlierEnd, records: 2 } });
    await writeAll(sink, RESULTS.slice(4));
    await sink.close();
    assert.deepEqual(storage.files.get(output), whole);
  });

  it('goes on where full files were moved to another place', async () => {
    const { storage, written } = await calmStorage('ndjson');
    const { output = '', end = 0 } = written[3] ?? {};
    const last = storage.text('masks-00002.ndjson');
    for (const { output: moved } of written) storage.files.delete(moved);
    const sink = new PartFilesSink('ndjson', { recordsPerFile: 2 });
    await sink.open({ storage, lastPart: { output, end, records: 2 } });
    await writeAll(sink, RESULTS.slice(4));
    await sink.close();
    assert.deepEqual(
      recordFiles(storage).map(([name, bytes]) => [name, bytes.toString()]),
      [['masks-00002.ndjson', last]],
    );
  });
});

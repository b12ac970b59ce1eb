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

async function writeAll(sink: PartFilesSink, results = RESULTS): Promise<Written[]> {
  const written: Written[] = [];
  for (const result of results) written.push(await sink.write({ name: `${result.imageId}`, result }));
  return written;
}

/** What a run wrote that nothing disturbed. */
async function calmStorage(format: 'ndjson' | 'ndjson.gz' | 'tar') {
  const storage = new MemoryStorage();
  const sink = new PartFilesSink(format, { recordsPerFile: 2 });
  await sink.open({ storage, isNew: true });
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
      [...storage.files.keys()].map((name) => [name, storage.text(name)]),
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
    await sink.open({ storage, isNew: true });
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
      for (const [name, bytes] of calm.files) storage.files.set(name, Buffer.concat([bytes, Buffer.from('torn')]));
      const { output = '', end = 0 } = written[2] ?? {};
      const sink = new PartFilesSink(format, { recordsPerFile: 2 });
      await sink.open({ storage, isNew: false, lastPart: { output, end, records: 1 } });
      assert.equal(storage.files.has(`masks-00002.${format}`), false);
      await writeAll(sink, RESULTS.slice(3));
      await sink.close();
      const first = `masks-00000.${format}`;
      assert.deepEqual(
        new Map([...storage.files].filter(([name]) => name !== first)),
        new Map([...calm.files].filter(([name]) => name !== first)),
      );
    });
  }

  it('leaves a file alone that ends as it should', async () => {
    const { storage, written } = await calmStorage('tar');
    const before = new Map(storage.files);
    const { output = '', end = 0 } = written[4] ?? {};
    const sink = new PartFilesSink('tar', { recordsPerFile: 2 });
    await sink.open({ storage, isNew: false, lastPart: { output, end, records: 1 } });
    await sink.close();
    assert.deepEqual(storage.files, before);
  });

  it('writes into no file that is someone else’s', async () => {
    const storage = new MemoryStorage({ 'masks-00000.ndjson': 'mine' });
    await assert.rejects(new PartFilesSink('ndjson', {}).open({ storage, isNew: true }), {
      code: 'bad-run-folder',
      message: 'Expected no memory/masks-00000.ndjson in a folder without a run but found one',
    });
    assert.equal(storage.text('masks-00000.ndjson'), 'mine');
  });
});

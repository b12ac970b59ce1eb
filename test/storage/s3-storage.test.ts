import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { completeLengthOf } from '../../src/storage/lines.js';
import { openStorage } from '../../src/storage/open-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { S3Server } from '../support/s3-server.js';

async function newStorage(context: TestContext): Promise<{ server: S3Server; storage: Storage }> {
  return { server: await S3Server.start(context), storage: openStorage('s3://bucket/out/') };
}

async function namesIn(storage: Storage, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of storage.list(prefix)) names.push(name);
  return names.sort();
}

const textOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

describe('S3Storage', () => {
  it('makes nothing before something is written, and has then what was written', async (context) => {
    const { server, storage } = await newStorage(context);
    assert.equal(await storage.read('a/b.json'), undefined);
    assert.equal(await storage.sizeOf('a/b.json'), undefined);
    assert.equal(await storage.remove('a/b.json'), false);
    assert.equal(await storage.lockHolder('_run/lock'), undefined);
    assert.deepEqual(await namesIn(storage, ''), []);
    await storage.removeTemporaryFiles();
    assert.deepEqual(await server.keys(), []);

    await storage.write('a/b c+%#?é.json', 'ü');
    assert.deepEqual(await server.keys(), ['out/a/b c+%#?é.json']);
    assert.equal(textOf(await storage.read('a/b c+%#?é.json')), 'ü');
    assert.equal(await storage.sizeOf('a/b c+%#?é.json'), 2);
    assert.equal(storage.locate('a/b.json'), 's3://bucket/out/a/b.json');
    assert.deepEqual(await namesIn(storage, 'a/'), ['a/b c+%#?é.json']);
    assert.equal(await storage.remove('a/b c+%#?é.json'), true);
    assert.deepEqual(await server.keys(), []);
    await assert.rejects(storage.write('../x', ''), { code: 'unsafe-path' });
    await assert.rejects(storage.write('x'.repeat(1100), ''), { code: 'unwritable-name' });
  });

  it('reads parts and streams', async (context) => {
    const { storage } = await newStorage(context);
    await storage.write('x', '0123456789');
    assert.equal(textOf(await storage.readRange('x', { start: 2, end: 5 })), '234');
    assert.equal(textOf(await storage.readRange('x', { start: 4, end: 4 })), '');
    await assert.rejects(storage.readRange('x', { start: 8, end: 12 }), {
      code: 'bad-run-folder',
      message: 'Expected 12 bytes in s3://bucket/out/x but it ends at 10',
    });
    await assert.rejects(storage.readRange('y', { start: 0, end: 1 }), { code: 'bad-run-folder' });
    assert.equal(textOf(await buffer(storage.stream('x'))), '0123456789');
    assert.equal(textOf(await buffer(storage.stream('x', { end: 3 }))), '012');
    assert.equal(textOf(await buffer(storage.stream('x', { end: 0 }))), '');
    await assert.rejects(buffer(storage.stream('y')), {
      code: 'bad-run-folder',
      message: 'Could not read s3://bucket/out/y: it is not there',
    });
  });

  it('appends behind what is kept, and is valid for others at any time', async (context) => {
    const { server, storage } = await newStorage(context);
    const first = await storage.append('log');
    const ranges = await Promise.all([first.append('one\n'), first.append(Buffer.from('two\n')), first.append('')]);
    assert.deepEqual(ranges, [
      { start: 0, end: 4 },
      { start: 4, end: 8 },
      { start: 8, end: 8 },
    ]);
    const other = openStorage('s3://bucket/out');
    assert.equal(textOf(await other.read('log')), 'one\ntwo\n');
    assert.equal(await completeLengthOf(other, 'log'), 8);
    assert.equal(textOf(await other.readRange('log', { start: 2, end: 6 })), 'e\ntw');
    assert.deepEqual(await namesIn(other, ''), ['log']);
    await first.close();
    assert.deepEqual(await server.keys(), ['out/log']);
    const second = await storage.append('log', 5);
    assert.equal(second.length, 5);
    await second.append('!');
    await second.close();
    assert.equal((await server.get('out/log')).toString(), 'one\nt!');
    // never filled up with zeros
    await assert.rejects(storage.append('log', 7), {
      code: 'bad-run-folder',
      message: 'Expected 7 bytes in s3://bucket/out/log but it ends at 6',
    });
    assert.equal(await storage.remove('log'), true);
  });
});

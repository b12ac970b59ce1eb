import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { completeLengthOf } from '../../src/storage/lines.js';
import { openStorage } from '../../src/storage/open-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { S3Server } from '../support/s3-server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

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

  it('keeps many records in few objects, whatever the network does', async (context) => {
    const { server, storage } = await newStorage(context);
    const other = openStorage('s3://bucket/out');
    let writes = 0;
    server.faultOf = ({ method, path }) =>
      method === 'PUT' && path.includes('segments') && ++writes % 20 === 0 ? { kind: 'lost answer' } : undefined;
    const file = await storage.append('log');
    let text = '';
    for (let i = 0; i < 70; i++) {
      const { end } = await file.append(`${i}\n`);
      text += `${i}\n`;
      assert.equal(end, text.length);
      // a reader that looks at any time sees whole records, all that were answered
      if (i % 9 === 0) assert.equal(textOf(await other.read('log')), text);
    }
    const segments = await server.keys('out/_run/segments/');
    assert.ok(segments.length < 32 + 70 / 32, String(segments.length));
    await file.close();
    assert.equal((await server.get('out/log')).toString(), text);
    assert.deepEqual(await server.keys(), ['out/log']);
  });

  it('takes back a record that could not be written, and goes on', async (context) => {
    const { server, storage } = await newStorage(context);
    const file = await storage.append('log');
    await file.append('one');
    server.faultOf = ({ method }) => (method === 'PUT' ? { kind: 'denied' } : undefined);
    await assert.rejects(file.append('lost'), {
      code: 'unwritable-output',
      message: 'Could not write s3://bucket/out/log: access is denied (AccessDenied, 403)',
    });
    server.faultOf = () => undefined;
    assert.deepEqual(await file.append('two'), { start: 3, end: 6 });
    assert.equal(textOf(await storage.read('log')), 'onetwo');
  });

  it('goes on behind a process that was killed, and leaves one that was taken for dead no way back', async (context) => {
    const { server, storage } = await newStorage(context);
    const killed = await storage.append('log');
    for (const record of ['one', 'two', 'three']) await killed.append(record);
    const next = openStorage('s3://bucket/out');
    const file = await next.append('log', 6);
    assert.equal(file.length, 6);
    await file.append('!');
    // it wakes up
    await killed.append('four');
    assert.equal(textOf(await next.read('log')), 'onetwo!');
    await assert.rejects(killed.close(), { code: 'run-in-use' });
    await file.close();
    assert.equal((await server.get('out/log')).toString(), 'onetwo!');
    assert.equal((await server.keys('out/_run/segments/')).length, 1);
    await next.removeTemporaryFiles();
    assert.deepEqual(await server.keys(), ['out/log']);
    // what is written whole has none of the records behind it
    const again = await next.append('log');
    await again.append('?');
    await next.write('log', 'new');
    assert.equal(textOf(await next.read('log')), 'new');
  });

  it('leaves one that was taken for dead before its first record no way back', async (context) => {
    const { server, storage } = await newStorage(context);
    const paused = await storage.append('log');
    const file = await openStorage('s3://bucket/out').append('log');
    await file.append('one');
    // it wakes up
    await paused.append('something longer');
    await assert.rejects(paused.close(), { code: 'run-in-use' });
    assert.equal(textOf(await storage.read('log')), 'one');
    await file.close();
    assert.equal((await server.get('out/log')).toString(), 'one');
  });

  it('writes much in parts, and nothing of what fails', async (context) => {
    const { server, storage } = await newStorage(context);
    const piece = Buffer.alloc(3 * 1024 * 1024, 'x');
    async function* pieces(fails: boolean) {
      for (let i = 0; i < 4; i++) yield piece;
      if (fails) throw new Error('a damaged record');
      yield 'end';
    }
    await storage.write('big', pieces(false));
    assert.equal(await storage.sizeOf('big'), 4 * piece.length + 3);
    assert.equal(
      textOf(await storage.readRange('big', { start: 4 * piece.length - 1, end: 4 * piece.length + 3 })),
      'xend',
    );
    await assert.rejects(storage.write('other', pieces(true)), /^Error: a damaged record/);
    assert.deepEqual(await server.keys(), ['out/big']);
    assert.ok(server.seen.some(({ method, query }) => method === 'DELETE' && query.has('uploadId')));
  });

  it('finds server, region and credentials where a profile names them', async (context) => {
    const { server, storage } = await newStorage(context);
    await storage.write('x', 'there');
    const config = join(await temporaryFolder(context), 'config');
    const { AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = server.environment;
    await writeFile(
      config,
      `[profile mine]\nregion = eu-west-1\nendpoint_url = ${AWS_ENDPOINT_URL_S3}\naws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\n`,
    );
    for (const name of ['AWS_ENDPOINT_URL_S3', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
    Object.assign(process.env, { AWS_CONFIG_FILE: config, AWS_PROFILE: 'mine' });
    context.after(() => delete process.env.AWS_PROFILE);
    assert.equal(textOf(await openStorage('s3://bucket/out').read('x')), 'there');
  });
});

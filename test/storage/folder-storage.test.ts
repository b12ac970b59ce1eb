import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { FolderStorage } from '../../src/storage/folder-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function newStorage(context: TestContext): Promise<FolderStorage> {
  return new FolderStorage(join(await temporaryFolder(context), 'out'));
}

async function namesIn(storage: FolderStorage, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of storage.list(prefix)) names.push(name);
  return names.sort();
}

const textOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

describe('FolderStorage', () => {
  it('makes nothing before something is written, and has then what was written', async (context) => {
    const storage = await newStorage(context);
    assert.equal(await storage.read('a/b.json'), undefined);
    assert.equal(await storage.sizeOf('a/b.json'), undefined);
    assert.equal(await storage.remove('a/b.json'), false);
    assert.equal(await storage.lockHolder('_run/lock'), undefined);
    assert.deepEqual(await namesIn(storage, ''), []);
    await storage.removeTemporaryFiles();
    await assert.rejects(readdir(storage.location), { code: 'ENOENT' });

    await storage.write('a/b.json', 'ü');
    assert.equal(textOf(await storage.read('a/b.json')), 'ü');
    assert.equal(await storage.sizeOf('a/b.json'), 2);
    assert.equal(storage.locate('a/b.json'), join(storage.location, 'a', 'b.json'));
    // a folder is no file
    assert.equal(await storage.sizeOf('a'), undefined);
    // a file where a folder would be is no file of that name
    assert.equal(await storage.read('a/b.json/c'), undefined);
    assert.equal(await storage.remove('a/b.json'), true);
    assert.equal(await storage.sizeOf('a/b.json'), undefined);
  });

  it('reads parts and streams', async (context) => {
    const storage = await newStorage(context);
    await storage.write('x', '0123456789');
    assert.equal(textOf(await storage.readRange('x', { start: 2, end: 5 })), '234');
    assert.equal(textOf(await storage.readRange('x', { start: 4, end: 4 })), '');
    await assert.rejects(storage.readRange('x', { start: 8, end: 12 }), {
      code: 'bad-run-folder',
      message: `Expected 12 bytes in ${storage.locate('x')} but it ends at 10`,
    });
    await assert.rejects(storage.readRange('y', { start: 0, end: 1 }), { code: 'bad-run-folder' });
    assert.equal(textOf(await buffer(storage.stream('x'))), '0123456789');
    assert.equal(textOf(await buffer(storage.stream('x', { end: 3 }))), '012');
    assert.equal(textOf(await buffer(storage.stream('x', { end: 0 }))), '');
    await assert.rejects(buffer(storage.stream('y')), {
      code: 'bad-run-folder',
      message: /^Could not read .*y: ENOENT/,
    });
  });

  it('appends behind what is kept, one record after the other', async (context) => {
    const storage = await newStorage(context);
    const first = await storage.append('log');
    const ranges = await Promise.all([first.append('one'), first.append(Buffer.from('two'), { sync: true })]);
    assert.deepEqual(ranges, [
      { start: 0, end: 3 },
      { start: 3, end: 6 },
    ]);
    assert.equal(first.length, 6);
    await first.close();
    const second = await storage.append('log', 4);
    assert.equal(second.length, 4);
    await second.append('!');
    await second.close();
    assert.equal(textOf(await storage.read('log')), 'onet!');
    // never filled up with zeros
    await assert.rejects(storage.append('log', 6), {
      code: 'bad-run-folder',
      message: `Expected 6 bytes in ${storage.locate('log')} but it ends at 5`,
    });
    assert.equal(textOf(await storage.read('log')), 'onet!');
  });

  it('lists names by their beginning, but not what is still being written', async (context) => {
    const storage = await newStorage(context);
    const names = [
      'masks-00000.tar',
      'masks/a.json',
      'masks/b/c.json',
      'other.json',
      '_run/journal.ndjson',
      '_run/tmp/half',
    ];
    for (const name of names) {
      await mkdir(join(storage.location, name, '..'), { recursive: true });
      await writeFile(join(storage.location, name), '');
    }
    await symlink('/dev/null', join(storage.location, 'masks', 'link'));
    assert.deepEqual(await namesIn(storage, 'masks'), [
      'masks-00000.tar',
      'masks/a.json',
      'masks/b/c.json',
      'masks/link',
    ]);
    assert.deepEqual(await namesIn(storage, 'masks/b'), ['masks/b/c.json']);
    assert.deepEqual(await namesIn(storage, 'masks/b/'), ['masks/b/c.json']);
    assert.deepEqual(await namesIn(storage, 'none/'), []);
    assert.deepEqual(await namesIn(storage, '_run/'), ['_run/journal.ndjson']);
    await storage.removeTemporaryFiles();
    assert.deepEqual(await readdir(join(storage.location, '_run')), ['journal.ndjson']);
  });

  it('writes where its temporary files are, so that what a kill leaves can be removed', async (context) => {
    const storage = await newStorage(context);
    let seen: string[] = [];
    async function* data() {
      yield 'half';
      seen = await readdir(join(storage.location, '_run', 'tmp'));
      yield ' and half';
    }
    await storage.write('a.json', data());
    assert.match(seen.join(), /^\.a\.json\.[0-9a-f]{12}\.tmp$/);
    assert.equal(textOf(await storage.read('a.json')), 'half and half');
    assert.deepEqual(await readdir(join(storage.location, '_run', 'tmp')), []);
  });

  it('has no names outside', async (context) => {
    const storage = await newStorage(context);
    const outside = join(storage.location, '..', 'mine');
    await writeFile(outside, 'mine');
    const refused = {
      code: 'unsafe-path',
      message: `Expected a name inside ${storage.location} but received ../mine`,
    };
    await assert.rejects(storage.read('../mine'), refused);
    await assert.rejects(storage.write('../mine', ''), refused);
    await assert.rejects(storage.append('../mine', 0), refused);
    await assert.rejects(storage.remove('../mine'), refused);
    assert.equal(await readFile(outside, 'utf8'), 'mine');
    await storage.write('..a', 'inside');
    assert.equal(textOf(await storage.read('/..a')), 'inside');
  });

  it('locks as one place, and tells who has it', async (context) => {
    const storage = await newStorage(context);
    const lock = await storage.lock('_run/lock');
    await assert.rejects(storage.lock('_run/lock'), {
      code: 'run-in-use',
      message: new RegExp(`^Expected ${storage.location} for one process but`),
    });
    assert.equal((await storage.lockHolder('_run/lock'))?.pid, process.pid);
    await lock.release();
    assert.equal(await storage.lockHolder('_run/lock'), undefined);
  });

  it('tells a name that cannot be written', async (context) => {
    const storage = await newStorage(context);
    await storage.write('a/b', '');
    await assert.rejects(storage.write('a', ''), { code: 'unwritable-name' });
    await assert.rejects(storage.write('n'.repeat(300), ''), { code: 'unwritable-name' });
    await assert.rejects(storage.remove('a'), { code: /^unwritable-/ });
  });
});

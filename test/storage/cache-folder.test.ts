import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CacheFolder } from '../../src/storage/cache-folder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('CacheFolder', () => {
  it('gives back what it keeps', async (context) => {
    const folder = join(await temporaryFolder(context), 'cache');
    const onNotice = (message: string) => assert.fail(message);
    const cache = new CacheFolder(folder, { content: 'embeddings', onNotice });
    assert.equal(await cache.read('ab/c.npy'), undefined);
    await cache.keep('ab/c.npy', Buffer.from('bytes'));
    assert.equal(String(await cache.read('ab/c.npy')), 'bytes');
    assert.deepEqual(await readdir(join(folder, 'ab')), ['c.npy']);
  });

  it('that cannot be written says so once, and nothing else happens', async (context) => {
    const folder = join(await temporaryFolder(context), 'file');
    await writeFile(folder, '');
    const notices: string[] = [];
    const cache = new CacheFolder(folder, { content: 'embeddings', onNotice: (message) => notices.push(message) });
    await Promise.all([cache.keep('a', Buffer.from('1')), cache.keep('b', Buffer.from('2'))]);
    await cache.keep('a', Buffer.from('1'));
    assert.equal(await cache.read('a'), undefined);
    assert.equal(notices.length, 1);
    assert.match(notices[0], /^Could not write .*: .*\. The run goes on, but embeddings cannot be kept in .*file\.$/);
    await new CacheFolder(folder, { content: 'embeddings' }).keep('a', Buffer.from('1'));
  });

  it('that cannot be read has nothing', async (context) => {
    const folder = await temporaryFolder(context);
    await mkdir(join(folder, 'a'));
    assert.equal(await new CacheFolder(folder, { content: 'embeddings' }).read('a'), undefined);
  });
});

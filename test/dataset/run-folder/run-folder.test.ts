import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type DoneLine, type FailedLine, journalLines } from '../../../src/dataset/run-folder/journal-lines.js';
import { RunFolder } from '../../../src/dataset/run-folder/run-folder.js';
import { FolderStorage } from '../../../src/storage/folder-storage.js';
import { runFake } from '../../support/fake-run.js';
import { fileTree } from '../../support/file-tree.js';
import { RUN_IDENTITY } from '../../support/run-identity.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const done = (id: number): DoneLine => ({
  image_id: id,
  state: 'done',
  image: `${id}.jpg`,
  output: `${id}.json`,
  masks: id,
  at: id,
});
const failed = (id: number, code: FailedLine['code']): FailedLine => ({
  image_id: id,
  state: 'failed',
  image: `${id}.jpg`,
  code,
  reason: `because of ${code}`,
  at: id,
});

async function failuresIn(storage: FolderStorage): Promise<[id: number, code: string][]> {
  const text = await readFile(storage.locate('failures.ndjson'), 'utf8');
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line)).map(({ image_id, code }) => [image_id, code]);
}

async function newStorage(context: TestContext): Promise<FolderStorage> {
  return new FolderStorage(join(await temporaryFolder(context), 'out'));
}

describe('RunFolder', () => {
  it('counts and lists images that are failed still, each by its last failure', async (context) => {
    const storage = await newStorage(context);
    const folder = await RunFolder.open(storage, RUN_IDENTITY, {}, []);
    folder.adopt([], []);
    await folder.begin();
    for (const line of [failed(1, 'timeout'), failed(2, 'timeout'), done(3), failed(4, 'not-found')]) {
      await (line.state === 'done' ? folder.done(line) : folder.failed(line));
    }
    assert.deepEqual(folder.journal.failuresByCode, { timeout: 2, 'not-found': 1 });
    // tried again: another reason, the same one, success
    await folder.failed(failed(1, 'empty-file'));
    await folder.failed(failed(2, 'timeout'));
    await folder.done(done(4));
    const now = { timeout: 1, 'empty-file': 1 };
    assert.deepEqual(await folder.settleFailures(), now);
    const lines = [
      [1, 'empty-file'],
      [2, 'timeout'],
    ];
    assert.deepEqual(await failuresIn(storage), lines);
    await folder.close();

    // what a killed run wrote there and did not settle
    await appendFile(storage.locate('failures.ndjson'), '{"image_id":9,"co');
    const again = await RunFolder.open(storage, RUN_IDENTITY, {}, []);
    assert.deepEqual(again.journal.failuresByCode, now);
    assert.deepEqual([again.journal.done, again.journal.failed, again.journal.masks], [2, 2, 7]);
    assert.deepEqual(await failuresIn(storage), lines);
    await again.done(done(1));
    await again.done(done(2));
    assert.deepEqual(await again.settleFailures(), {});
    await again.close();
    assert.deepEqual((await readdir(storage.location)).sort(), ['_run']);
    assert.deepEqual((await readdir(storage.locate('_run'))).sort(), ['journal.ndjson', 'manifest']);
  });

  it('starts again where the journal is damaged, and removes what its other lines name, inside only', async (context) => {
    const storage = await newStorage(context);
    const mine = join(storage.location, '..', 'mine.json');
    await writeFile(mine, '');
    const folder = await RunFolder.open(storage, RUN_IDENTITY, {}, []);
    folder.adopt([], []);
    await folder.begin();
    for (const id of [1, 2]) {
      await storage.write(`${id}.json`, '{}');
      await folder.done(done(id));
    }
    await folder.done({ ...done(3), output: '../mine.json' });
    await folder.close();
    // another run's images would be taken for those of this one
    await storage.write('_run/coco.ndjson', '{}\n');
    const journal = storage.locate('_run/journal.ndjson');
    await writeFile(journal, (await readFile(journal, 'utf8')).replace('\n', '\n{"image_id":\n'));
    await assert.rejects(RunFolder.open(storage, RUN_IDENTITY, {}, []), {
      code: 'bad-run-folder',
      hint: /or start again with --overwrite/,
    });
    const again = await RunFolder.open(storage, RUN_IDENTITY, { overwrite: true }, []);
    assert.equal(again.isNew, true);
    await again.begin();
    await again.close();
    for await (const lines of journalLines(storage)) assert.deepEqual(lines, []);
    assert.deepEqual(await readdir(storage.location), ['_run']);
    assert.deepEqual(await readdir(storage.locate('_run')), ['manifest']);
    assert.equal(await readFile(mine, 'utf8'), '');
  });

  it('is no run any more when it was killed while it was removed', async (context) => {
    const storage = await newStorage(context);
    const folder = await RunFolder.open(storage, RUN_IDENTITY, {}, []);
    folder.adopt([], []);
    await folder.begin();
    for (const id of [1, 2]) {
      await storage.write(`${id}.json`, '{}');
      await folder.done(done(id));
    }
    await folder.close();
    const killed = new FolderStorage(storage.location);
    killed.remove = async (name) => {
      if (name.startsWith('_run/files') || name === '2.json') throw new Error('killed');
      return storage.remove(name);
    };
    const replacing = await RunFolder.open(killed, RUN_IDENTITY, { overwrite: true }, []);
    replacing.adopt([], []);
    // nothing is gone before it begins
    assert.deepEqual([...(await fileTree(storage.location)).keys()].slice(0, 2), ['1.json', '2.json']);
    await assert.rejects(replacing.begin(), { message: 'killed' });
    await replacing.close();
    assert.deepEqual((await readdir(storage.location)).sort(), ['2.json', '_run']);
    // its journal says that both are done
    await assert.rejects(RunFolder.open(storage, RUN_IDENTITY, {}, []), {
      code: 'bad-run-folder',
      message: `Expected ${storage.locate('_run/manifest')} beside a journal but it is not there`,
    });
    const again = await RunFolder.open(storage, RUN_IDENTITY, { overwrite: true }, []);
    again.adopt([], []);
    await again.begin();
    assert.equal(again.journal.done, 0);
    await again.close();
    assert.deepEqual([...(await fileTree(storage.location)).keys()], ['_run/manifest']);
  });

  it('gives the folder free when it cannot be opened', async (context) => {
    const storage = await newStorage(context);
    await storage.write('_run/manifest', '{"format":0}');
    for (let i = 0; i < 2; i++) {
      await assert.rejects(RunFolder.open(storage, RUN_IDENTITY, {}, []), {
        code: 'bad-run-folder',
        message: `Expected a manifest of format 1 but could not read ${storage.locate('_run/manifest')}: its format is 0`,
      });
    }
    assert.equal(await storage.lockHolder('_run/lock'), undefined);
  });
});

describe('a run whose output folder is a file', () => {
  it('says so, whatever is done about earlier runs', async (context) => {
    const root = await temporaryFolder(context);
    const file = join(root, 'masks');
    await writeFile(file, 'mine');
    for (const out of [file, join(file, 'today')]) {
      for (const overwrite of [false, true]) {
        await assert.rejects(runFake([root], out, { resume: { overwrite } }), {
          code: 'bad-usage',
          message: `Expected a folder for --out but ${file} is a file`,
        });
      }
    }
    assert.equal(await readFile(file, 'utf8'), 'mine');
  });
});

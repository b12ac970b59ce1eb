import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { BatchRecords } from '../../../src/dataset/run-folder/batch-records.js';
import type { JournalLine } from '../../../src/dataset/run-folder/journal-lines.js';
import type { ResumePolicy } from '../../../src/dataset/run-folder/run-folder.js';
import { RunFolder } from '../../../src/dataset/run-folder/run-folder.js';
import { FolderStorage } from '../../../src/storage/folder-storage.js';
import { fileTree } from '../../support/file-tree.js';
import { RUN_IDENTITY } from '../../support/run-identity.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const done = (id: number): JournalLine => {
  return { image_id: id, state: 'done', image: `${id}.jpg`, output: `${id}.json`, masks: 1, at: 1 };
};

/** A run that was begun, what workers note of it, and a further start, which says what became of images. */
async function begunRun(context: TestContext) {
  const storage = new FolderStorage(await temporaryFolder(context));
  const notices: string[] = [];
  const start = async (policy: ResumePolicy = {}) => {
    const folder = await RunFolder.open(storage, RUN_IDENTITY, policy, [], {
      onNotice: (message) => notices.push(message),
    });
    await folder.begin();
    await folder.close();
    return folder;
  };
  const { begunAt } = await start();
  return { storage, notices, start, records: new BatchRecords(storage, begunAt) };
}

describe('records of batches', () => {
  for (const [what, text] of [
    ['cut off', `${JSON.stringify(done(3))}\n{"image_id":4,"sta`],
    ['cut off between two lines', JSON.stringify(done(3))],
    ['empty', ''],
    ['no lines', 'no lines\n'],
  ]) {
    it(`are passed over once, and named, where one is ${what}; its images are not done`, async (context) => {
      const { storage, notices, start, records } = await begunRun(context);
      await records.write('a', [done(1), done(2)]);
      await records.write('b', [done(3), done(4)]);
      const [, damaged] = await records.names();
      await storage.write(damaged, text);
      assert.equal(await records.read('b'), undefined);
      for (let i = 0; i < 2; i++) {
        const { journal } = await start();
        assert.deepEqual([journal.done, journal.stateOf('2.jpg'), journal.stateOf('3.jpg')], [2, 'done', undefined]);
      }
      assert.equal(notices.length, 1);
      assert.ok(notices[0].includes(` in ${storage.locate(damaged)} but it is damaged`), notices[0]);
    });
  }

  it('are not found where the run was started again with --overwrite, unless a worker of it wrote them', async (context) => {
    const { storage, start, records } = await begunRun(context);
    await records.write('a', [done(1)]);
    const again = await start({ overwrite: true });
    await records.write('a', [done(1)]);
    assert.equal((await start()).journal.done, 0);
    await new BatchRecords(storage, again.begunAt).write('a', [done(1)]);
    assert.equal((await start()).journal.done, 1);
    // results that it names are the run's all the same
    await storage.write('1.json', '{}');
    await start({ overwrite: true });
    assert.deepEqual([...(await fileTree(storage.location)).keys()], ['_run/manifest']);
  });
});

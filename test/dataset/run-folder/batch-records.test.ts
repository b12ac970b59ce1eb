import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { BatchRecords } from '../../../src/dataset/run-folder/batch-records.js';
import type { JournalLine } from '../../../src/dataset/run-folder/journal-lines.js';
import { RunFolder } from '../../../src/dataset/run-folder/run-folder.js';
import { FolderStorage } from '../../../src/storage/folder-storage.js';
import { RUN_IDENTITY } from '../../support/run-identity.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const done = (id: number): JournalLine => {
  return { image_id: id, state: 'done', image: `${id}.jpg`, output: `${id}.json`, masks: 1, at: 1 };
};

/** A run that was begun, and what it is opened with again. */
async function begunRun(context: TestContext) {
  const storage = new FolderStorage(await temporaryFolder(context));
  const notices: string[] = [];
  const open = () => RunFolder.open(storage, RUN_IDENTITY, {}, [], { onNotice: (message) => notices.push(message) });
  const folder = await open();
  await folder.begin();
  await folder.close();
  return { storage, notices, open };
}

describe('records of batches', () => {
  for (const [what, text] of [
    ['cut off', `${JSON.stringify(done(3))}\n{"image_id":4,"sta`],
    ['cut off between two lines', JSON.stringify(done(3))],
    ['empty', ''],
    ['no lines', 'no lines\n'],
  ]) {
    it(`are passed over once, and named, where one is ${what}; its images are not done`, async (context) => {
      const { storage, notices, open } = await begunRun(context);
      const records = new BatchRecords(storage);
      await records.write('a', [done(1), done(2)]);
      await records.write('b', [done(3), done(4)]);
      const [, damaged] = await records.names();
      await storage.write(damaged, text);
      assert.equal(await records.read('b'), undefined);
      for (let i = 0; i < 2; i++) {
        const folder = await open();
        const { journal } = folder;
        assert.deepEqual([journal.done, journal.stateOf('2.jpg'), journal.stateOf('3.jpg')], [2, 'done', undefined]);
        await folder.close();
      }
      assert.equal(notices.length, 1);
      assert.ok(notices[0].includes(` in ${storage.locate(damaged)} but it is damaged`), notices[0]);
    });
  }
});

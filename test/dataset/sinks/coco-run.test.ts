import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { runFake } from '../../support/fake-run.js';
import { recordTree } from '../../support/file-tree.js';
import { smallImage, writeSmallImages } from '../../support/small-images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

it('a run with --out-format coco ends with one COCO file, also where it goes on with a run that had another end', async (context) => {
  const root = await temporaryFolder(context);
  const photos = join(root, 'photos');
  await writeSmallImages(photos, 3);
  const output = { format: 'coco' } as const;
  const cocoOf = (folder: string) => readFile(join(folder, '_annotations.coco.json'), 'utf8');

  const mixed = join(root, 'mixed');
  await runFake([photos], mixed);
  assert.equal((await recordTree(mixed)).size, 3);
  await writeFile(join(photos, 'z.png'), await smallImage(9));
  const { summary, events } = await runFake([photos], mixed, { output });
  assert.deepEqual([summary.images, summary.done_before], [1, 3]);
  const message = `4 annotations of 4 images in ${join(mixed, '_annotations.coco.json')}`;
  assert.ok(events.some((event) => event.event === 'notice' && event.message === message));

  const whole = join(root, 'whole');
  await runFake([photos], whole, { output });
  assert.deepEqual(await recordTree(mixed), await recordTree(whole));
  const { images, categories } = JSON.parse(await cocoOf(whole));
  assert.deepEqual(images.at(-1).file_name, 'z.png');
  assert.deepEqual(categories, [{ id: 1, name: 'object' }]);

  // started again, nothing of the run before is left in it
  await writeFile(join(photos, '0.png'), await smallImage(5));
  await runFake([photos], whole, { resume: { overwrite: true } });
  await runFake([photos], whole, { output });
  const fresh = join(root, 'fresh');
  await runFake([photos], fresh, { output });
  assert.equal(await cocoOf(whole), await cocoOf(fresh));
});

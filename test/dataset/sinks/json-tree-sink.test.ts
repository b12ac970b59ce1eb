import assert from 'node:assert/strict';
import { it } from 'node:test';
import { jsonTreeSink } from '../../../src/dataset/sinks/json-tree-sink.js';
import { imageResultOfSa1b } from '../../../src/formats/sa1b/read.js';
import { imageResult } from '../../support/image-results.js';
import { MemoryStorage } from '../../support/memory-storage.js';
import { noImages } from '../../support/toy-parts.js';

it('jsonTreeSink writes one file an image, in folders as the images are', async () => {
  const storage = new MemoryStorage();
  const sink = jsonTreeSink();
  assert.deepEqual(sink.identity, { format: 'json' });
  await sink.open({ storage, newImages: noImages });
  const result = imageResult(3, 'sub/a.jpg');
  assert.deepEqual(await sink.write({ name: 'sub/a', result }), { output: 'sub/a.json' });
  assert.equal(await sink.finish(), undefined);
  await sink.close();
  assert.deepEqual(storage.log, ['write sub/a.json']);
  assert.deepEqual(imageResultOfSa1b({ text: storage.text('sub/a.json'), file: 'a' }), result);
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutputNames } from '../../../src/dataset/plan/output-names.js';
import { planOf } from '../../../src/dataset/plan/plan.js';
import { locatorOf, type PlannedImage, refusedImage } from '../../../src/dataset/plan/planned-image.js';
import { ImageReader } from '../../../src/dataset/sources/image-reader.js';
import type { Source } from '../../../src/dataset/sources/source.js';
import { SamError } from '../../../src/errors.js';
import { collected } from '../../support/collected.js';
import { smallImage } from '../../support/small-images.js';

/** Images that are drawn when they are asked for: no file, no path, no network. */
class DrawnImages implements Source {
  readonly count: number;
  /** References of the images opened, and the bound that they were opened with. */
  readonly opened: unknown[] = [];

  constructor(count: number) {
    this.count = count;
  }

  async *images(): AsyncGenerator<readonly PlannedImage[]> {
    for (let seed = 1; seed <= this.count; seed++) {
      yield [{ kind: 'drawn', name: `discs/${seed}`, path: 'discs', reference: [`disc ${seed}`, seed] }];
    }
    yield [
      { kind: 'drawn', name: 'nothing', path: 'nothing' },
      refusedImage({ name: 'none', path: 'none' }, 'too-large', 'Expected a disc but received a world'),
    ];
  }

  async open({ reference }: PlannedImage, options: unknown): Promise<Uint8Array> {
    this.opened.push([reference, options]);
    return reference ? smallImage(Number(reference[1])) : new Uint8Array();
  }

  async close(): Promise<void> {}
}

describe('a source of our own', () => {
  it('is planned and read like any other', async () => {
    const source = new DrawnImages(3);
    const names = new OutputNames();
    const plan = await planOf(source.images(), { names });
    const images = await collected(plan.images());
    assert.deepEqual(images, await collected(source.images()));
    assert.deepEqual(await collected(plan.images()), images, 'a plan is gone through as often as wanted');
    assert.deepEqual(images.map(locatorOf), ['discs!disc 1', 'discs!disc 2', 'discs!disc 3', 'nothing', 'none']);
    assert.deepEqual(source.opened, []);

    const reader = new ImageReader(source, { timeoutSeconds: 5, maxPixels: 64 * 64 }, true);
    const [first, , , nothing, none] = images as [PlannedImage, ...PlannedImage[]];
    const read = await reader.read(first);
    assert.equal(read.image.data.length, read.image.width * read.image.height * 3);
    assert.deepEqual(read.file, { bytes: await smallImage(1), extension: '.png' });
    assert.deepEqual((await new ImageReader(source, {}, false).read(first)).file, undefined);
    await assert.rejects(reader.read(nothing as PlannedImage), {
      code: 'empty-file',
      message: 'Expected an image but nothing has 0 bytes',
    });
    await assert.rejects(
      reader.read(none as PlannedImage),
      new SamError('too-large', 'Expected a disc but received a world'),
    );
    assert.deepEqual(
      source.opened.map((call) => (call as unknown[])[0]),
      [['disc 1', 1], ['disc 1', 1], undefined],
    );
    await plan.close();
  });
});

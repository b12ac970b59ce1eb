import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutputNames } from '../../../src/dataset/plan/output-names.js';
import { planOf } from '../../../src/dataset/plan/plan.js';
import type { PlannedImage } from '../../../src/dataset/plan/planned-image.js';
import { collected } from '../../support/collected.js';

const FILES: readonly PlannedImage[] = [
  { kind: 'file', path: 'photos/žluťoučký 🐈.jpg', name: 'žluťoučký 🐈.jpg' },
  { kind: 'file', path: '/data/a.jpg', name: 'data/a.jpg' },
  { kind: 'file', path: 'two\nlines.png', name: 'two\nlines.png' },
  { kind: 'url', path: 'http://127.0.0.1:9/a%20b.jpg', name: '127.0.0.1_9/a b.jpg' },
];
const OTHERS: readonly PlannedImage[] = [
  { kind: 'member', path: 's.tar', name: 's/x.jpg', reference: ['./x.jpg', 512, 826] },
  {
    kind: 'refused',
    path: 'bad.tar',
    name: 'bad',
    reference: ['bad-archive', 'Expected a tar archive but it is none'],
  },
  { kind: 'refused', path: '/locked', name: '', reference: ['unreadable-file', 'Expected a folder'] },
];

async function* batchesOf(...batches: (readonly PlannedImage[])[]): AsyncGenerator<readonly PlannedImage[]> {
  yield* batches;
}

describe('planOf', () => {
  it('keeps images of any kind as they were planned', async () => {
    const plan = await planOf(batchesOf(FILES, [], OTHERS), { names: new OutputNames() });
    assert.deepEqual(await collected(plan.images()), [...FILES, ...OTHERS]);
    await plan.close();
  });

  it('gives images the digest that every version gave them, so that runs are known again', async () => {
    const plan = await planOf(batchesOf(FILES, OTHERS), { names: new OutputNames(), earlierCounts: [4] });
    const files = { count: 4, sha256: 'fa03b4589ab921b6e9ab6353693326396754fda9a4da17a66cece53bb4bad9c8' };
    assert.deepEqual(plan.digest, {
      count: 7,
      sha256: 'ef19d47cdeb5f285f04dfdc9094a211b080405114d49b8efdaf99d12f6def16f',
    });
    assert.ok(plan.beginsWith(files));
    await plan.close();
  });

  it('tells the output names and the listener', async () => {
    const names = new OutputNames();
    const counts: number[] = [];
    const plan = await planOf(batchesOf(FILES, [{ kind: 'x', path: 'y', name: 'data/a.png' }]), {
      names,
      onCount: (count) => counts.push(count),
    });
    assert.deepEqual(counts, [4, 5]);
    assert.deepEqual([names.next('data/a.jpg'), names.next('data/a.png')], ['data/a.jpg', 'data/a.png']);
    await plan.close();
  });

  it('ends with the reason of its signal, between batches', async () => {
    const controller = new AbortController();
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) yield FILES;
      } finally {
        isClosed = true;
      }
    }
    const onCount = (count: number) => count >= 40 && controller.abort(new Error('enough'));
    const options = { names: new OutputNames(), onCount, signal: controller.signal };
    await assert.rejects(planOf(endless(), options), new Error('enough'));
    assert.ok(isClosed);
    await assert.rejects(planOf(endless(), options), new Error('enough'), 'a signal that was aborted before');
  });

  it('ends while its source waits for something', async () => {
    const controller = new AbortController();
    let letGo = () => {};
    async function* waiting() {
      yield FILES;
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
    }
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(planOf(waiting(), { names: new OutputNames(), signal: controller.signal }), {
      name: 'AbortError',
    });
    letGo();
  });
});

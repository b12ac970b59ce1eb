import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SAM1_GEOMETRY } from '../../src/sam/geometry.js';
import type { ImagePrompts, PromptedObject } from '../../src/sam/image-prompts.js';
import { answerablePrompts } from '../../src/segment/answerable-prompts.js';
import { maskInputOfRle } from '../../src/segment/mask-input.js';

const size = { width: 100, height: 50 };

function asked(objects: Partial<PromptedObject>[], more: Partial<ImagePrompts> = {}) {
  const all = objects.map((object, i): PromptedObject => ({ id: i + 1, isNamed: false, ...object }));
  return answerablePrompts({ objects: all, isRelative: false, ...more }, size);
}

function reasonOf(object: Partial<PromptedObject>): string | undefined {
  return asked([object]).skipped[0]?.reason;
}

describe('prompts of an image', () => {
  it('records those that no image of that size can answer', () => {
    assert.equal(reasonOf({}), 'it has no point, no box and no mask');
    assert.equal(reasonOf({ points: [] }), 'it has no point, no box and no mask');
    assert.equal(reasonOf({ points: [[101, 5]] }), 'a point lies outside the image');
    assert.equal(reasonOf({ points: [[5, -0.5]], box: [1, 1, 5, 5] }), 'a point lies outside the image');
    assert.equal(reasonOf({ box: [100, 10, 120, 20] }), 'the box lies outside the image');
    assert.equal(reasonOf({ box: [20, 10, 10, 20] }), 'the box ends before it starts (x1 < x0 or y1 < y0)');
    assert.equal(reasonOf({ box: [20, 10, 20, 20] }), 'the box has no area');
    assert.equal(reasonOf({ points: [[100, 50]] }), undefined);
  });

  it('cuts boxes at the image’s edges', () => {
    assert.deepEqual(asked([{ box: [-3, -1, 120, 50.5] }]).asked[0].box, [0, 0, 100, 50]);
  });

  it('refuses numbers that are none', () => {
    assert.throws(() => asked([{ points: [[Number.NaN, 1]] }]), /Expected finite numbers for points but received NaN/);
    assert.throws(() => asked([{ box: [1, 2, 3, Infinity] }]), /Expected finite numbers for box but received Infinity/);
    assert.throws(() => asked([{ points: [[1, 1]], labels: [3] }]), /Expected 1 \(object\) or 0 \(background\)/);
  });

  it('asks repetitions once, unless each has a name', () => {
    const box = [1, 2, 3, 4] as const;
    const twice = asked([{ box }, { box }]);
    assert.equal(twice.asked.length, 1);
    assert.deepEqual(twice.skipped, [{ id: 2, reason: 'it repeats an earlier prompt' }]);
    assert.equal(
      asked([
        { box, isNamed: true },
        { box, isNamed: true, id: 9 },
      ]).asked.length,
      2,
    );
    assert.equal(
      asked([
        { box, category: 'cat' },
        { box, category: 'dog' },
      ]).asked.length,
      2,
    );
  });

  it('turns shares into pixels', () => {
    const share = asked([{ points: [[0.5, 0.5]], box: [0, 0.2, 1, 1] }], { isRelative: true });
    assert.deepEqual(share.asked[0].points, [[50, 25]]);
    assert.deepEqual(share.asked[0].box, [0, 10, 100, 50]);
  });

  it('refuses an image of another size than the file says', () => {
    assert.throws(
      () => asked([], { width: 50, height: 100 }),
      /Expected an image of 50 x 100, as its prompts say, but received 100 x 50/,
    );
  });

  it('takes masks of the image or of the grid', () => {
    const ofImage = { size: [50, 100] as const, counts: [0, 5000] };
    const ofGrid = { size: [256, 256] as const, counts: [65530, 6] };
    assert.equal(asked([{ mask: ofImage }, { mask: ofGrid }]).asked.length, 2);
    assert.throws(
      () => maskInputOfRle({ size: [51, 100], counts: [5100] }, size, SAM1_GEOMETRY),
      /Expected \[50, 100\] or \[256, 256\] for the size of a mask but received \[51, 100\]/,
    );
    const whole = maskInputOfRle(ofImage, size, SAM1_GEOMETRY);
    assert.equal(whole[0], 10);
    assert.equal(whole[200 * 256], -10);
    const corner = maskInputOfRle(ofGrid, size, SAM1_GEOMETRY);
    assert.equal(corner[255 * 256 + 255], 10);
    assert.equal(corner[249 * 256 + 255], -10);
  });
});

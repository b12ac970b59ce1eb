import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskRunsFromRowMajor } from '../../../src/mask/runs/dense-mask.js';
import { keyholeRingOf } from '../../../src/mask/runs/keyhole-ring.js';
import { type Polygon, polygonsOfMaskRuns } from '../../../src/mask/runs/trace-polygons.js';
import { filledRings } from '../../support/filled-rings.js';
import { randomBlobs, randomSpeckle } from '../../support/random-mask.js';
import { randomInteger, seededRandom } from '../../support/seeded-random.js';

/** A mask drawn with `#`, a row a text. */
function drawn(...rows: string[]): { dense: Uint8Array; width: number; height: number } {
  return {
    dense: Uint8Array.from([...rows.join('')], (sign) => (sign === '#' ? 1 : 0)),
    width: rows[0].length,
    height: rows.length,
  };
}

function tracedOf({ dense, width, height }: ReturnType<typeof drawn>, simplify = 0): Polygon[] {
  return polygonsOfMaskRuns(maskRunsFromRowMajor(dense, width, height), { simplify });
}

function ringsOf(polygons: readonly Polygon[]): (readonly number[])[] {
  return polygons.flatMap(({ outer, holes }) => [outer, ...holes]);
}

function areaOf(ring: readonly number[]): number {
  let twice = 0;
  for (let i = 0; i < ring.length; i += 2) {
    twice += ring[i] * ring[(i + 3) % ring.length] - ring[(i + 2) % ring.length] * ring[i + 1];
  }
  return -twice / 2;
}

/** Every kind of mask that outlines can go wrong on. */
function* masks(): Generator<ReturnType<typeof drawn>> {
  const random = seededRandom(13);
  for (let i = 0; i < 150; i++) {
    const [width, height] = [randomInteger(random, 1, 20), randomInteger(random, 1, 20)];
    yield { dense: randomSpeckle(random, width * height, random()), width, height };
  }
  for (let i = 0; i < 30; i++) {
    const [width, height] = [randomInteger(random, 30, 90), randomInteger(random, 30, 90)];
    yield { dense: randomBlobs(random, width, height, 12), width, height };
  }
}

describe('polygonsOfMaskRuns', () => {
  it('goes round a single pixel anticlockwise', () => {
    assert.deepEqual(tracedOf(drawn('...', '.#.', '...')), [{ outer: [1, 1, 1, 2, 2, 2, 2, 1], holes: [] }]);
  });

  it('keeps pieces apart that touch at a corner, and cuts a hole off that touches the outside at one', () => {
    const touching = tracedOf(drawn('#.', '.#'));
    assert.deepEqual(
      touching.map(({ outer, holes }) => [areaOf(outer), holes.length]),
      [
        [1, 0],
        [1, 0],
      ],
    );
    // the inside meets the outside at the corner between the two last pixels
    const [ring] = tracedOf(drawn('###', '#.#', '##.'));
    assert.deepEqual([areaOf(ring.outer), ring.holes.map(areaOf)], [8, [-1]]);
  });

  it('knows the piece of each hole, and pieces inside holes', () => {
    const polygons = tracedOf(drawn('#####', '#...#', '#.#.#', '#...#', '#####'));
    assert.deepEqual(
      polygons.map(({ outer, holes }) => [areaOf(outer), holes.map(areaOf)]),
      [
        [25, [-9]],
        [1, []],
      ],
    );
  });

  it('has no polygon for an empty mask and four corners for a full one', () => {
    assert.deepEqual(tracedOf(drawn('..', '..')), []);
    assert.equal(tracedOf(drawn('##', '##'))[0].outer.length, 8);
  });

  it('gives any mask back to the pixel, with simple rings, also as one closed line', () => {
    for (const mask of masks()) {
      const polygons = tracedOf(mask);
      const rings = ringsOf(polygons);
      assert.deepEqual(filledRings(rings, mask.width, mask.height), mask.dense);
      assert.deepEqual(filledRings([keyholeRingOf(polygons)], mask.width, mask.height), mask.dense);
      for (const ring of rings) {
        const corners = Array.from({ length: ring.length / 2 }, (_, i) => `${ring[2 * i]},${ring[2 * i + 1]}`);
        assert.equal(new Set(corners).size, corners.length, 'a ring meets itself');
      }
      for (const { outer, holes } of polygons) assert.ok(areaOf(outer) > 0 && holes.every((hole) => areaOf(hole) < 0));
    }
  });

  it('leaves no corner farther than --simplify from the line that is drawn', () => {
    for (const mask of masks()) {
      const exact = ringsOf(tracedOf(mask));
      for (const simplify of [0.5, 1, 2.5]) {
        const simplified = ringsOf(tracedOf(mask, simplify));
        assert.equal(simplified.length, exact.length);
        for (const [i, ring] of exact.entries()) {
          assert.ok(simplified[i].length >= 6 && simplified[i].length <= ring.length);
          for (let j = 0; j < ring.length; j += 2) {
            assert.ok(distanceTo(simplified[i], ring[j], ring[j + 1]) <= simplify + 1e-9);
          }
        }
      }
    }
  });
});

function distanceTo(ring: readonly number[], x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ring.length; i += 2) {
    const [ax, ay] = [ring[i], ring[i + 1]];
    const [bx, by] = [ring[(i + 2) % ring.length], ring[(i + 3) % ring.length]];
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
    nearest = Math.min(nearest, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)));
  }
  return nearest;
}

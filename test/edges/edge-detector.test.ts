import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EdgeDetector } from '../../src/edges/edge-detector.js';
import { edgeMapOf, levelsOfEdges } from '../../src/edges/edge-map.js';
import type { EdgeSettings } from '../../src/edges/edge-settings.js';
import { MaskEdgeFinder } from '../../src/edges/mask-edges.js';
import { outerBoundaryOf } from '../../src/edges/outer-boundary.js';
import { thinnedEdges } from '../../src/edges/thin-edges.js';
import { decodeImage } from '../../src/image/decode-image.js';
import { greyImageOf } from '../../src/image/grey-levels.js';
import { MaskMeasurer } from '../../src/mask/logits/mask-measurer.js';
import { createResizePlan } from '../../src/mask/logits/resize-plan.js';
import { maskRunsFromRowMajor } from '../../src/mask/runs/dense-mask.js';
import { loadModel } from '../../src/model/runtime/load-model.js';
import { loadFixtureLogits } from '../mask/logits/fixture-logits.js';
import { fixtureUrl } from '../support/fixture.js';
import { greySquare, PaintedModel } from '../support/painted-model.js';
import { randomBlobs, randomSpeckle } from '../support/random-mask.js';
import { seededRandom } from '../support/seeded-random.js';

/** Levels of 16 bits that PyTorch and NumPy made, see fixtures/edges/make_golden.py. */
async function golden(name: string) {
  return greyImageOf(await readFile(fixtureUrl(`edges/${name}.png`)), name);
}

/** Tells how many pixels differ by more than `most` levels, and by how much any does. */
function differenceOf(ours: ArrayLike<number>, theirs: ArrayLike<number>, most: number, context: TestContext): number {
  assert.equal(ours.length, theirs.length);
  let count = 0;
  let largest = 0;
  for (let i = 0; i < ours.length; i++) {
    const difference = Math.abs(ours[i] - theirs[i]);
    largest = Math.max(largest, difference);
    if (difference > most) count++;
  }
  context.diagnostic(
    `${count} of ${ours.length} pixels differ by more than ${most} of 65535 levels, the most by ${largest}`,
  );
  return count;
}

describe('edges of real masks', () => {
  const { logits, masks, stride, storedHigh, width, height } = loadFixtureLogits('coffee');
  const plan = createResizePlan({ width, height });
  const measurer = new MaskMeasurer(plan);
  const finder = new MaskEdgeFinder(plan);
  const edges = Array.from({ length: masks }, (_, i) => {
    measurer.measure(logits, i * stride, storedHigh);
    return finder.edgesOf({ logits, offset: i * stride, storedHigh }, measurer.copyOfMask().mask);
  });
  const map = edgeMapOf(edges, { width, height });

  it('are those that PyTorch computes of all pixels', async (context) => {
    const { levels } = await golden('coffee_map');
    assert.equal(differenceOf(levelsOfEdges(map, 16), levels, 1, context), 0);
  });

  it('are made thin as NumPy does it', async (context) => {
    const { levels } = await golden('coffee');
    assert.equal(differenceOf(levelsOfEdges(thinnedEdges(map, { width, height }), 16), levels, 1, context), 0);
  });
});

describe('the edges of an image', () => {
  it('are those of the exported decoder, PyTorch and NumPy, up to the last bits of the logits', async (context) => {
    const image = await decodeImage(fileURLToPath(fixtureUrl('images/chelsea.png')));
    const model = await loadModel(undefined, { threads: 1 });
    const told: number[] = [];
    const found = await new EdgeDetector(model, { pointsPerSide: 6, pointsPerBatch: 16, bits: 16 }).detect(
      image,
      (done) => told.push(done),
    );
    assert.deepEqual(told, [16, 32, 36]);
    assert.deepEqual([found.masks.length, found.prompts], [15, 36]);
    const { levels } = await golden('chelsea');
    // the compiled decoder's logits differ by 1e-4: now and then a pixel is on the other side of an outline
    const differing = differenceOf(found.edges.levels, levels, 66, context);
    assert.ok(differing <= 0.0005 * levels.length, `${differing} pixels differ by more than 0.1 %`);
  });

  it('lie around what is found, are strongest there, and of equal masks one counts', async () => {
    const cells = [64, 96, 128, 160] as const;
    const model = new PaintedModel(() => [
      { cellsXyxy: cells, iou: 0.9 },
      { cellsXyxy: cells, iou: 0.3 },
      { cellsXyxy: [0, 0, 256, 256], iou: 0.1 },
    ]);
    const { masks, edges } = await new EdgeDetector(model, { pointsPerSide: 2 }).detect(greySquare(256));
    // a mask without a boundary is kept, and has no edges
    assert.equal(masks.length, 2);
    const rows = (y: number) => Array.from(edges.levels.subarray(256 * y, 256 * (y + 1)));
    assert.deepEqual(
      rows(128).flatMap((level, x) => (level > 0 ? [[x, level]] : [])),
      [
        [63, 255],
        [128, 255],
      ],
    );
    assert.ok(rows(0).every((level) => level === 0));
    const below = edges.levels.findLastIndex((level) => level > 0);
    assert.equal(Math.floor(below / 256), 160);
  });

  it('are none where nothing is found', async () => {
    const model = new PaintedModel(() => [{ cellsXyxy: [0, 0, 0, 0], iou: 0.9 }]);
    const { edges } = await new EdgeDetector(model, { pointsPerSide: 1, bits: 16 }).detect(greySquare(64));
    assert.deepEqual(edges, { levels: new Uint16Array(64 * 64), width: 64, height: 64 });
  });

  it('cannot be had with settings that there are not', () => {
    const model = new PaintedModel(() => []);
    for (const [settings, message] of [
      [{ pointsPerSide: 0 }, /^Expected an integer from 1 to 1024 for pointsPerSide but received 0/],
      [{ boxNmsThresh: 2 }, /^Expected a number from 0 to 1 for boxNmsThresh but received 2/],
      [{ bits: 12 }, /^Expected one of 8, 16 for bits but received 12/],
      [{ cropNLayers: 1 }, /^Expected one of pointsPerSide, .*, bits as a setting but received cropNLayers/],
    ] as const) {
      assert.throws(() => new EdgeDetector(model, settings as Partial<EdgeSettings>), { code: 'bad-usage', message });
    }
  });
});

it('the outer boundary of a mask is what a dilation adds', () => {
  const random = seededRandom(5);
  for (let round = 0; round < 60; round++) {
    const [width, height] = [1 + Math.floor(random() * 30), 1 + Math.floor(random() * 30)];
    const dense =
      round % 2 === 0 ? randomBlobs(random, width, height, 5) : randomSpeckle(random, width * height, round / 120);
    const wanted: number[] = [];
    for (let at = 0; at < dense.length; at++) {
      const [x, y] = [at % width, Math.floor(at / width)];
      let isNear = false;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) isNear ||= dense[v * width + u] === 1;
      if (isNear && dense[at] === 0) wanted.push(at);
    }
    const boundary = Array.from(outerBoundaryOf(maskRunsFromRowMajor(dense, width, height)));
    assert.deepEqual(
      boundary.sort((a, b) => a - b),
      wanted,
    );
  }
});

import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { exportRun } from '../../../src/dataset/export/export-run.js';
import type { OutputFormat } from '../../../src/dataset/scheduler/output-formats.js';
import { mapPlacementOf } from '../../../src/image/map-placement.js';
import { mapPointOf } from '../../../src/sam/map-placement.js';
import { HEIGHT, MaskExecutor, WIDTH } from '../../support/exported-run.js';
import { runFake } from '../../support/fake-run.js';
import { fixtureUrl, readJsonFixture } from '../../support/fixture.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** For each file points x, y in pixels and where GDAL says that they lie. */
const GOLDEN =
  readJsonFixture<Record<string, [x: number, y: number, mapX: number, mapY: number][]>>('geotiff/golden.json');
const FILES = Object.keys(GOLDEN);

/** The masks of the run's images; the fifth is the whole image. */
const WHOLE = 4;

async function runOfGeoTiffs(context: TestContext, format: OutputFormat = 'json') {
  const root = await temporaryFolder(context);
  const [photos, run] = [join(root, 'photos'), join(root, 'run')];
  await mkdir(photos);
  for (const name of FILES) await cp(fileURLToPath(fixtureUrl(`geotiff/${name}`)), join(photos, name));
  await runFake([photos], run, { output: { format }, executor: () => new MaskExecutor() });
  return { root, photos, run };
}

function assertNear(found: readonly number[], wanted: readonly number[]): void {
  for (const [i, value] of found.entries()) {
    assert.ok(Math.abs(value - wanted[i]) <= 1e-9 * Math.max(1, Math.abs(wanted[i])), `${found} is not ${wanted}`);
  }
}

/** Twice the area that a ring goes around anticlockwise. */
function turnOf(ring: readonly (readonly number[])[]): number {
  const [ox, oy] = ring[0];
  return ring.slice(1).reduce((sum, [x, y], i) => sum + (ring[i][0] - ox) * (y - oy) - (x - ox) * (ring[i][1] - oy), 0);
}

describe('map coordinates of GeoTIFFs', () => {
  it('are those that GDAL gives, by scale and tie point, by a matrix, of pixels as areas and as points', async () => {
    for (const name of FILES) {
      const path = fileURLToPath(fixtureUrl(`geotiff/${name}`));
      for (const input of [path, await readFile(path)]) {
        const placement = await mapPlacementOf({ input, name, width: WIDTH, height: HEIGHT });
        for (const [x, y, ...wanted] of GOLDEN[name]) assertNear(mapPointOf(placement, x, y), wanted);
      }
    }
  });

  it('are in GeoJSON, with the coordinate system that is not WGS 84, and rings that turn as they must', async (context) => {
    const { root, run } = await runOfGeoTiffs(context);
    const out = join(root, 'map');
    await exportRun({ folder: run, format: 'geojson', out, coordinates: 'map' });
    const systems: unknown[] = [];
    for (const name of FILES) {
      const { crs, image, features } = JSON.parse(await readFile(join(out, name.replace('.tif', '.geojson')), 'utf8'));
      systems.push(crs?.properties.name ?? crs);
      assert.equal(image.coordinates, 'map');
      const [[outer]] = features[WHOLE].geometry.coordinates;
      const corners = GOLDEN[name].slice(0, 4).map(([, , ...point]) => point);
      assert.equal(outer.length, 5);
      for (const corner of corners) {
        const nearest = outer.toSorted(
          (a: number[], b: number[]) =>
            Math.hypot(a[0] - corner[0], a[1] - corner[1]) - Math.hypot(b[0] - corner[0], b[1] - corner[1]),
        );
        assertNear(nearest[0], corner);
      }
      for (const { geometry } of features) {
        for (const [ring, ...holes] of geometry.coordinates) {
          assert.ok(turnOf(ring) > 0, name);
          for (const hole of holes) assert.ok(turnOf(hole) < 0, name);
        }
      }
    }
    const urn = (code: number) => `urn:ogc:def:crs:EPSG::${code}`;
    assert.deepEqual(systems, [urn(32633), undefined, urn(25833), null]);
  });

  it('come from images that the run has kept, or that lie elsewhere now', async (context) => {
    const { root, run, photos } = await runOfGeoTiffs(context, 'tar');
    await rename(photos, join(root, 'moved'));
    const kept = join(root, 'kept');
    await exportRun({ folder: run, format: 'geojson', out: kept, coordinates: 'map' });
    assert.equal((await readdir(kept)).length, FILES.length);
    const other = await runOfGeoTiffs(context);
    await rename(other.photos, join(other.root, 'moved'));
    const options = { folder: other.run, format: 'geojson', coordinates: 'map' } as const;
    await assert.rejects(exportRun({ ...options, out: join(other.root, 'a') }), { code: 'not-found' });
    const imageFolder = join(other.root, 'moved');
    assert.equal((await exportRun({ ...options, out: join(other.root, 'b'), imageFolder })).files, FILES.length);
  });

  it('are asked of GeoTIFFs alone, and of the image that was segmented', async (context) => {
    const png = await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: 'grey' } })
      .png()
      .toBuffer();
    const size = { width: WIDTH, height: HEIGHT };
    const message = /^Expected a GeoTIFF for --coordinates map but a.png is none: /;
    await assert.rejects(mapPlacementOf({ input: png, name: 'a.png', ...size }), { code: 'bad-usage', message });
    const plain = await sharp(png).tiff().toBuffer();
    await assert.rejects(mapPlacementOf({ input: plain, name: 'a.png', ...size }), { code: 'bad-usage', message });
    const turned = await sharp(png).withMetadata({ orientation: 6 }).tiff().toBuffer();
    await assert.rejects(mapPlacementOf({ input: turned, name: 'a.png', ...size }), /its orientation is 6/);
    const utm = await readFile(fileURLToPath(fixtureUrl('geotiff/utm.tif')));
    const wrong = mapPlacementOf({ input: utm, name: 'utm.tif', width: WIDTH + 1, height: HEIGHT });
    await assert.rejects(wrong, { code: 'mask-size-mismatch' });
    const { root, run } = await runOfGeoTiffs(context);
    const coco = exportRun({ folder: run, format: 'coco', out: join(root, 'x.json'), coordinates: 'map' });
    await assert.rejects(coco, { code: 'bad-usage', message: /Expected the format geojson for map coordinates/ });
  });
});

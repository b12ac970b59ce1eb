import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { inflateSync } from 'node:zlib';
import { check } from '@placemarkio/check-geojson';
import { decode } from '@thi.ng/rle-pack';
import { EJSON } from 'bson';
import { XMLParser } from 'fast-xml-parser';
import sharp from 'sharp';
import { parse } from 'yaml';
import { type ExportOptions, exportRun } from '../../../src/dataset/export/export-run.js';
import type { MaskFilter } from '../../../src/dataset/export/mask-filter.js';
import { maskRunsFromCocoRle } from '../../../src/mask/runs/coco-rle.js';
import { rowMajorFromMaskRuns } from '../../../src/mask/runs/dense-mask.js';
import {
  denseIou,
  exportedRun,
  HEIGHT,
  HOSTILE_NAMES,
  pixelsOf,
  testMasks,
  WIDTH,
} from '../../support/exported-run.js';
import { runFake } from '../../support/fake-run.js';
import { fileTree, recordTree } from '../../support/file-tree.js';
import { filledRings } from '../../support/filled-rings.js';

const MASKS = testMasks();
const NAMES = [...HOSTILE_NAMES].sort();
const CLASS = MASKS[5].prompt?.category;

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => relative(folder, join(e.parentPath, e.name)));
}

const stemOf = (name: string) => name.replace(/\.png$/, '');
const jsonOf = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

/** Exports a run and gives back where to. */
async function exported(run: string, root: string, options: Omit<ExportOptions, 'folder' | 'out'>): Promise<string> {
  const out = join(root, 'export');
  await exportRun({ folder: run, out, ...options });
  return out;
}

/** A mask that was read back is the mask. */
function assertMask(pixels: Uint8Array, index: number): void {
  assert.equal(denseIou(pixels, pixelsOf(MASKS[index])), 1, `mask ${index}`);
}

describe('exportRun', () => {
  it('coco: RLE and polygons, images by their names, classes by theirs', async (context) => {
    const { run, root } = await exportedRun(context);
    for (const segmentation of ['rle', 'polygons'] as const) {
      const out = await exported(run, root, { format: 'coco', style: { segmentation }, overwrite: true });
      const { images, annotations, categories } = await jsonOf(out);
      assert.deepEqual(images.map((each: { file_name: string }) => each.file_name).sort(), NAMES);
      assert.equal(annotations.length, NAMES.length * MASKS.length);
      assert.deepEqual(categories, [
        { id: 1, name: 'object' },
        { id: 3, name: CLASS },
      ]);
      for (const [i, each] of annotations.entries()) {
        assert.equal(each.id, i + 1);
        assert.equal(each.image_id, images[Math.floor(i / MASKS.length)].id);
        const pixels =
          segmentation === 'rle'
            ? rowMajorFromMaskRuns(maskRunsFromCocoRle(each.segmentation))
            : filledRings(each.segmentation, WIDTH, HEIGHT);
        assertMask(pixels, i % MASKS.length);
      }
    }
    assert.deepEqual((await readdir(root)).sort(), ['export', 'photos', 'run']);
  });

  it('coco: leaves no name in the folder of the file, not even meanwhile', async (context) => {
    const { run, root } = await exportedRun(context);
    const seen = new Set<string>();
    const watcher = watch(root, (_, name) => seen.add(name ?? ''));
    await exported(run, root, { format: 'coco' });
    while (!seen.has('export')) await setImmediate();
    watcher.close();
    assert.deepEqual([...seen].map((name) => name.replace(/-[0-9a-f]{12}$/, '')).sort(), ['.sam-cli-tmp', 'export']);
  });

  it('coco-results: a list with the detector score where there is one', async (context) => {
    const { run, root } = await exportedRun(context);
    const results = await jsonOf(await exported(run, root, { format: 'coco-results' }));
    assert.equal(results.length, NAMES.length * MASKS.length);
    const scores = results.slice(0, MASKS.length).map(({ score }: { score: number }) => score);
    assert.deepEqual(scores, [0.99, 0.8, 0.7, 0.6, 1.01, 0.25]);
    assertMask(rowMajorFromMaskRuns(maskRunsFromCocoRle(results[1].segmentation)), 1);
  });

  it('yolo-seg: a file an image, one line a mask, and data.yaml', async (context) => {
    const { run, root } = await exportedRun(context);
    const out = await exported(run, root, { format: 'yolo-seg' });
    const expected = [...NAMES.map((name) => `labels/${stemOf(name)}.txt`), 'data.yaml'];
    assert.deepEqual((await filesBelow(out)).sort(), expected.sort());
    const yaml = parse(await readFile(join(out, 'data.yaml'), 'utf8'), { mapAsMap: true });
    // the keys are numbers
    assert.deepEqual(
      [...yaml.get('names')],
      [
        [0, 'object'],
        [1, CLASS],
      ],
    );
    const lines = (await readFile(join(out, `labels/${stemOf(NAMES[0])}.txt`), 'utf8')).trim().split('\n');
    for (const [i, line] of lines.entries()) {
      const [index, ...shares] = line.split(' ').map(Number);
      assert.equal(index, i === 5 ? 1 : 0);
      assert.ok(shares.every((share) => share >= 0 && share <= 1));
      const ring = shares.map((share, at) => share * (at % 2 === 0 ? WIDTH : HEIGHT));
      assert.ok(denseIou(filledRings([ring], WIDTH, HEIGHT), pixelsOf(MASKS[i])) >= 0.99);
    }
  });

  it('labelme: a file an image, pieces of a mask in one group', async (context) => {
    const { run, root } = await exportedRun(context);
    const out = await exported(run, root, { format: 'labelme', style: { imagePrefix: '../photos/' } });
    assert.deepEqual((await filesBelow(out)).sort(), NAMES.map((name) => `${stemOf(name)}.json`).sort());
    for (const name of NAMES) {
      const { shapes, ...file } = await jsonOf(join(out, `${stemOf(name)}.json`));
      assert.equal(file.imagePath, `../photos/${name}`);
      assert.deepEqual([file.imageWidth, file.imageHeight, file.imageData], [WIDTH, HEIGHT, null]);
      const speckle = shapes.filter(({ group_id }: { group_id: number | null }) => group_id === 2);
      assert.ok(speckle.length > 50);
      const rings = speckle.map(({ points }: { points: number[][] }) => points.flat());
      assertMask(filledRings(rings, WIDTH, HEIGHT), 1);
      assert.equal(shapes.at(-1).label, CLASS);
    }
  });

  it('label-studio: brushes that its own library unpacks, or polygons in percent', async (context) => {
    const { run, root } = await exportedRun(context);
    const tasks = await jsonOf(await exported(run, root, { format: 'label-studio' }));
    assert.deepEqual(tasks.map(({ data }: { data: { image: string } }) => data.image).sort(), NAMES);
    for (const [i, { value, type, original_width }] of tasks[0].predictions[0].result.entries()) {
      assert.deepEqual([type, original_width], ['brushlabels', WIDTH]);
      const rgba = decode(Uint8Array.from(value.rle));
      assertMask(
        Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => (rgba[4 * at + 3] > 0 ? 1 : 0)),
        i,
      );
    }
    const style = { segmentation: 'polygons' } as const;
    const [task] = await jsonOf(await exported(run, root, { format: 'label-studio', style, overwrite: true }));
    const first = task.predictions[0].result.filter(({ id }: { id: string }) => id.startsWith('1-1-'));
    const rings = first.map(({ value }: { value: { points: number[][] } }) =>
      value.points.flatMap(([x, y]) => [(x * WIDTH) / 100, (y * HEIGHT) / 100]),
    );
    assert.ok(denseIou(filledRings(rings, WIDTH, HEIGHT), pixelsOf(MASKS[0])) >= 0.99);
  });

  it('cvat: XML that a parser reads, names unbroken, masks as runs of their boxes or as polygons', async (context) => {
    const { run, root } = await exportedRun(context);
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      htmlEntities: true,
      trimValues: false,
      isArray: (name) => ['image', 'mask', 'polygon'].includes(name),
    });
    const read = async (path: string) => parser.parse(await readFile(path, 'utf8')).annotations;
    const { image, version } = await read(await exported(run, root, { format: 'cvat' }));
    assert.equal(version, 1.1);
    assert.deepEqual(image.map(({ name }: { name: string }) => name).sort(), NAMES);
    assert.equal(image[0].mask.length, MASKS.length);
    assert.equal(image[0].mask[5].label, CLASS);
    for (const [i, each] of image[0].mask.entries()) {
      const { left, top, width, height, rle } = each;
      const pixels = new Uint8Array(WIDTH * HEIGHT);
      let at = 0;
      for (const [run, length] of rle.split(', ').map(Number).entries()) {
        for (const end = at + length; at < end; at++) {
          const [x, y] = [Number(left) + (at % width), Number(top) + Math.floor(at / width)];
          if (run % 2 === 1) pixels[y * WIDTH + x] = 1;
        }
      }
      assert.equal(at, width * height);
      assertMask(pixels, i);
    }
    const style = { segmentation: 'polygons' } as const;
    const polygons = await read(await exported(run, root, { format: 'cvat', style, overwrite: true }));
    assert.ok(polygons.image[0].polygon.length > MASKS.length);
  });

  it('geojson: collections that a checker accepts, holes as holes', async (context) => {
    const { run, root } = await exportedRun(context);
    const out = await exported(run, root, { format: 'geojson' });
    for (const name of NAMES) {
      const text = await readFile(join(out, `${stemOf(name)}.geojson`), 'utf8');
      assert.equal(JSON.parse(text).image.file_name, name);
      const collection = check(text);
      assert.ok(collection.type === 'FeatureCollection');
      for (const [i, { geometry }] of collection.features.entries()) {
        assert.ok(geometry?.type === 'MultiPolygon');
        const rings = (geometry.coordinates as number[][][][]).flat().map((ring) => ring.flat());
        assertMask(filledRings(rings, WIDTH, HEIGHT), i);
      }
    }
  });

  it('png and labelmap: images that sharp reads, and a CSV as the Meta script writes it', async (context) => {
    const { run, root } = await exportedRun(context);
    const out = await exported(run, root, { format: 'png' });
    const folder = join(out, stemOf(NAMES[0]));
    for (const i of MASKS.keys()) {
      const { data, info } = await sharp(join(folder, `${i}.png`))
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height, info.channels], [WIDTH, HEIGHT, 1]);
      assert.equal((await sharp(join(folder, `${i}.png`)).metadata()).channels, 1);
      assertMask(data, i);
    }
    const [head, first] = (await readFile(join(folder, 'metadata.csv'), 'utf8')).split('\n');
    assert.equal(head.split(',').length, first.split(',').length);
    assert.match(first, new RegExp(`^0,${MASKS[0].area},.*,3\\.5,4,0\\.99,0\\.95,0,0,${WIDTH},${HEIGHT}$`));

    const maps = await exportRun({ folder: run, format: 'labelmap', out: join(root, 'maps') });
    assert.equal(maps.files, 2 * NAMES.length);
    const path = join(root, 'maps/labels', `${stemOf(NAMES[0])}.png`);
    assert.equal((await sharp(path).metadata()).depth, 'ushort');
    const { data } = await sharp(path)
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const labels = new Uint16Array(data.buffer, data.byteOffset, WIDTH * HEIGHT);
    // the single pixel is the smallest, the full mask the largest
    assert.equal(labels[100], 4);
    assert.ok(labels.every((label) => label >= 1 && label <= MASKS.length));
    const preview = await sharp(join(root, 'maps/preview', `${stemOf(NAMES[0])}.png`)).metadata();
    assert.deepEqual([preview.width, preview.channels], [WIDTH, 3]);
  });

  it('fiftyone: samples with masks that numpy could read', async (context) => {
    const { run, root } = await exportedRun(context);
    const out = await exported(run, root, { format: 'fiftyone' });
    const { samples } = EJSON.parse(await readFile(join(out, 'samples.json'), 'utf8'));
    assert.deepEqual(samples.map(({ filepath }: { filepath: string }) => filepath).sort(), NAMES);
    for (const [i, { mask, bounding_box, label }] of samples[0].segments.detections.entries()) {
      const npy = inflateSync(mask.value());
      assert.equal(npy.subarray(0, 6).toString('latin1'), '\x93NUMPY');
      const dataStart = 10 + npy.readUInt16LE(8);
      assert.equal(dataStart % 64, 0);
      const [, height, width] = /'shape': \((\d+), (\d+)\)/.exec(npy.toString('latin1', 10, dataStart)) ?? [];
      const [left, top] = [Math.round(bounding_box[0] * WIDTH), Math.round(bounding_box[1] * HEIGHT)];
      assert.equal(npy.length - dataStart, Number(width) * Number(height));
      const pixels = new Uint8Array(WIDTH * HEIGHT);
      for (let y = 0; y < Number(height); y++) {
        for (let x = 0; x < Number(width); x++) {
          pixels[(top + y) * WIDTH + left + x] = npy[dataStart + y * Number(width) + x];
        }
      }
      assertMask(pixels, i);
      assert.equal(label, i === 5 ? CLASS : 'object');
    }
  });

  it('sa1b: the same records from a run of any format', async (context) => {
    const { run, root } = await exportedRun(context);
    const tree = await recordTree(run);
    assert.deepEqual(await fileTree(await exported(run, root, { format: 'sa1b' })), tree);
    for (const format of ['ndjson', 'ndjson.gz', 'tar', 'coco'] as const) {
      const other = await exportedRun(context, format);
      const records = await fileTree(await exported(other.run, other.root, { format: 'sa1b' }));
      // WebDataset knows no dots in names
      if (format !== 'tar') assert.deepEqual(records, tree, format);
      else assert.deepEqual([...records.values()].sort(), [...tree.values()].sort());
    }
  });

  it('ends a run with an export, made anew when the run goes on', async (context) => {
    for (const format of ['yolo-seg', 'label-studio'] as const) {
      const { run, root } = await exportedRun(context, format);
      const out = await exported(run, root, { format });
      const path = join(run, '_export', format);
      if (format === 'yolo-seg') assert.deepEqual(await fileTree(path), await fileTree(out));
      else assert.equal(await readFile(join(path, 'tasks.json'), 'utf8'), await readFile(out, 'utf8'));
    }
    const { run, photos } = await exportedRun(context, 'labelme');
    for (const name of ['stale.json', 'mine.txt']) await writeFile(join(run, '_export', 'labelme', name), '{}');
    // made by an earlier start, of an image that the run no longer has
    await appendFile(join(run, '_run', 'export-labelme.ndjson'), '"_export/labelme/stale.json"\n');
    await writeFile(join(photos, 'one more.png'), await readFile(join(photos, HOSTILE_NAMES[0])));
    await runFake([photos], run, { output: { format: 'labelme' } });
    const names = await filesBelow(join(run, '_export', 'labelme'));
    const made = [...NAMES, 'one more.png'].map((name) => `${stemOf(name)}.json`);
    assert.deepEqual(names.sort(), [...made, 'mine.txt'].sort());
  });

  it('names files so that a file system takes them, and no two alike', async (context) => {
    const long = 'x'.repeat(245);
    const names = [`${long}a.png`, `${long}b.png`, 'tom.png', 'tom.preview.png', 'preview/tom.png', 'labels/tom.png'];
    for (const outFormat of ['ndjson', 'json'] as const) {
      const { run, root } = await exportedRun(context, outFormat, names);
      for (const format of ['geojson', 'png', 'labelmap', 'yolo-seg'] as const) {
        const { files } = await exportRun({ folder: run, format, out: join(root, format) });
        assert.equal((await filesBelow(join(root, format))).length, files, `${outFormat} ${format}`);
      }
    }
  });

  it('filters by scores, area, class and count', async (context) => {
    const { run, root } = await exportedRun(context);
    const idsOf = async (filter: MaskFilter) => {
      const out = await exported(run, root, { format: 'coco', filter, overwrite: true });
      const { annotations } = await jsonOf(out);
      const areas = MASKS.map(({ area }) => area);
      return annotations
        .filter(({ image_id }: { image_id: number }) => image_id === 1)
        .map(({ area }: { area: number }) => areas.indexOf(area));
    };
    assert.deepEqual(await idsOf({ minPredictedIou: 0.95 }), [0, 4, 5]);
    assert.deepEqual(await idsOf({ minStabilityScore: 0.9, maxArea: { pixels: 20 } }), [2, 3]);
    assert.deepEqual(await idsOf({ minArea: { share: 0.99 } }), [4]);
    assert.deepEqual(await idsOf({ top: 2 }), [0, 4]);
    assert.deepEqual(await idsOf({ categories: ['3'] }), [5]);
    assert.deepEqual(await idsOf({ categories: [CLASS ?? ''], top: 9 }), [5]);
    assert.deepEqual(await idsOf({ categories: ['nobody'] }), []);
  });

  it('writes over nothing unless told to, never into a run, and names a damaged record', async (context) => {
    const { run, root, photos } = await exportedRun(context);
    const write = (format: ExportOptions['format'], out: string, folder = run) => exportRun({ folder, format, out });
    await assert.rejects(write('coco', join(run, '_run/manifest')), { code: 'bad-usage' });
    await assert.rejects(write('png', run), { code: 'bad-usage', message: /Expected a folder of its own/ });
    await assert.rejects(write('png', photos), { code: 'bad-usage', message: /Expected an empty folder/ });
    await assert.rejects(write('png', join(root, 'x'), photos), { code: 'bad-usage', message: /found no manifest/ });
    const [record] = [...(await recordTree(run)).keys()];
    await writeFile(join(run, record), '{}');
    await assert.rejects(write('coco', join(root, 'x.json')), { code: 'bad-run-folder' });
    assert.deepEqual((await readdir(root)).sort(), ['photos', 'run'], 'nothing is left behind');
  });
});

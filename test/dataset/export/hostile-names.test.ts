import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { XMLParser } from 'fast-xml-parser';
import { EXPORT_FORMATS, type ExportFormat } from '../../../src/dataset/export/export-formats.js';
import { exportRun } from '../../../src/dataset/export/export-run.js';
import { exportedRun, HOSTILE_NAMES } from '../../support/exported-run.js';

const NAMES = [...HOSTILE_NAMES].sort();
const STEMS = NAMES.map((name) => name.replace(/\.png$/, ''));

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((e) => relative(folder, join(e.parentPath, e.name)));
}

const jsonOf = async (path: string) => JSON.parse(await readFile(path, 'utf8'));
/** What one of the JSON files of a folder says its image is. */
const saidBy = (out: string, extension: string, nameOf: (file: never) => string) =>
  Promise.all(STEMS.map(async (stem) => nameOf((await jsonOf(join(out, `${stem}.${extension}`))) as never)));

/** For each format the names of images that it holds, or of files by which it knows them with their ending taken off. */
const NAMES_IN: Readonly<Record<ExportFormat, (out: string) => Promise<string[]>>> = {
  coco: async (out) => (await jsonOf(out)).images.map((image: { file_name: string }) => image.file_name),
  // images by their ids alone
  'coco-results': async (out) =>
    [...new Set((await jsonOf(out)).map((each: { image_id: number }) => each.image_id))].length === NAMES.length
      ? NAMES
      : [],
  'yolo-seg': (out) => stemsOf(join(out, 'labels'), '.txt'),
  labelme: (out) => saidBy(out, 'json', ({ imagePath }: { imagePath: string }) => imagePath),
  'label-studio': async (out) => (await jsonOf(out)).map((task: { data: { image: string } }) => task.data.image),
  cvat: async (out) => {
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      htmlEntities: true,
      trimValues: false,
    });
    const { annotations } = parser.parse(await readFile(out, 'utf8'));
    return annotations.image.map(({ name }: { name: string }) => name);
  },
  geojson: (out) => saidBy(out, 'geojson', ({ image }: { image: { file_name: string } }) => image.file_name),
  png: (out) => stemsOf(out, '/metadata.csv'),
  labelmap: async (out) => {
    assert.deepEqual((await filesBelow(join(out, 'preview'))).sort(), (await filesBelow(join(out, 'labels'))).sort());
    return stemsOf(join(out, 'labels'), '.png');
  },
  fiftyone: async (out) =>
    (await jsonOf(join(out, 'samples.json'))).samples.map(({ filepath }: { filepath: string }) => filepath),
  sa1b: (out) => saidBy(out, 'json', ({ image }: { image: { file_name: string } }) => image.file_name),
};

async function stemsOf(folder: string, ending: string): Promise<string[]> {
  const files = (await filesBelow(folder)).filter((file) => file.endsWith(ending));
  return files.map((file) => `${file.slice(0, -ending.length)}.png`);
}

describe('hostile names of images', () => {
  it('are in every format as they are, and lead nowhere', async (context) => {
    const { run, root } = await exportedRun(context);
    const before = (await filesBelow(root)).sort();
    for (const format of EXPORT_FORMATS) {
      const out = join(root, 'out', format);
      await exportRun({ folder: run, format, out });
      assert.deepEqual((await NAMES_IN[format](out)).sort(), NAMES, format);
    }
    const outside = (await filesBelow(root)).filter((file) => !file.startsWith('out/'));
    assert.deepEqual(outside.sort(), before);
  });

  it('that lead out of the folder are refused where they would be names of files, and kept as text elsewhere', async (context) => {
    // of one length, so that the journal still finds the record
    const [image, evil] = ['aa/bb/evil.png', '../../evil.png'];
    const { run, root } = await exportedRun(context, 'ndjson', [image]);
    const [part] = (await readdir(run)).filter((name) => name.endsWith('.ndjson'));
    const records = await readFile(join(run, part), 'utf8');
    await writeFile(join(run, part), records.replace(`"${image}"`, `"${evil}"`));
    const before = (await filesBelow(root)).sort();
    for (const format of EXPORT_FORMATS) {
      const out = join(root, 'out', format);
      const exported = exportRun({ folder: run, format, out });
      if (['coco', 'coco-results', 'label-studio', 'cvat', 'fiftyone'].includes(format)) await exported;
      else await assert.rejects(exported, { code: 'unsafe-path' }, format);
    }
    assert.deepEqual((await filesBelow(root)).filter((file) => !file.startsWith('out/')).sort(), before);
  });
});

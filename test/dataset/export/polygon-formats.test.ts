import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { XMLParser } from 'fast-xml-parser';
import { exportRun } from '../../../src/dataset/export/export-run.js';
import { denseIou, exportedRun, HEIGHT, pixelsOf, testMasks, WIDTH } from '../../support/exported-run.js';
import { filledRings } from '../../support/filled-rings.js';

/** Blobs with holes, speckle, touching corners, a single pixel, the whole image, and a few blobs. */
const MASKS = testMasks().map(pixelsOf);
const IMAGE = 'one.png';

type Rings = number[][];
interface Region {
  readonly id: string;
  readonly value: { readonly points: number[][] };
}
interface Shape {
  readonly points: number[][];
  readonly group_id: number | null;
}

const scaled = (values: number[], sx: number, sy: number) => values.map((each, i) => each * (i % 2 === 0 ? sx : sy));

/** The rings of each mask, read from what an export wrote to `out`. */
const READERS: Readonly<Record<string, (out: string, pieces: readonly number[]) => Promise<Rings[]>>> = {
  async coco(out) {
    const { annotations } = JSON.parse(await readFile(out, 'utf8'));
    return annotations.map(({ segmentation }: { segmentation: Rings }) => segmentation);
  },
  async 'coco-results'(out) {
    return JSON.parse(await readFile(out, 'utf8')).map(({ segmentation }: { segmentation: Rings }) => segmentation);
  },
  async 'yolo-seg'(out) {
    const lines = (await readFile(join(out, 'labels/one.txt'), 'utf8')).trim().split('\n');
    return lines.map((line) => [scaled(line.split(' ').slice(1).map(Number), WIDTH, HEIGHT)]);
  },
  async labelme(out) {
    return (await labelMeGroups(out)).map((group) => group.map(({ points }) => points.flat()));
  },
  async 'label-studio'(out) {
    const [task] = JSON.parse(await readFile(out, 'utf8'));
    const regions: Region[] = task.predictions[0].result;
    return MASKS.map((_, i) =>
      regions
        .filter(({ id }) => id.startsWith(`1-${i + 1}-`))
        .map(({ value }) => scaled(value.points.flat(), WIDTH / 100, HEIGHT / 100)),
    );
  },
  async cvat(out, pieces) {
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' });
    const { image } = parser.parse(await readFile(out, 'utf8')).annotations;
    const rings = image.polygon.map(({ points }: { points: string }) => points.split(/[;,]/).map(Number));
    return pieces.map((count) => rings.splice(0, count));
  },
  async geojson(out) {
    const { features } = JSON.parse(await readFile(join(out, 'one.geojson'), 'utf8'));
    return features.map(({ geometry }: { geometry: { coordinates: number[][][][] } }) =>
      geometry.coordinates.flat().map((ring) => ring.flat()),
    );
  },
};

async function labelMeGroups(out: string): Promise<Shape[][]> {
  const { shapes }: { shapes: Shape[] } = JSON.parse(await readFile(join(out, 'one.json'), 'utf8'));
  const groups: Shape[][] = [];
  let last: number | null = null;
  for (const shape of shapes) {
    if (shape.group_id === null || shape.group_id !== last) groups.push([]);
    groups.at(-1)?.push(shape);
    last = shape.group_id;
  }
  return groups;
}

/** Whether the outline of a mask (the image's edge counts) passes within so many pixels of a pixel's centre. */
function isNearOutline(mask: Uint8Array, at: number, distance: number): boolean {
  const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
  const reach = Math.ceil(distance) + 1;
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const [u, v] = [x + dx, y + dy];
      const value = u < 0 || v < 0 || u >= WIDTH || v >= HEIGHT ? 0 : mask[v * WIDTH + u];
      if (value === mask[at]) continue;
      // to the nearest point of that pixel, whose edges hold the outline
      if (Math.hypot(Math.max(0, Math.abs(dx) - 0.5), Math.max(0, Math.abs(dy) - 0.5)) <= distance) return true;
    }
  }
  return false;
}

describe('polygons of every format, filled again', () => {
  it('are the mask, or leave it by no more than --simplify says', async (context) => {
    const { run, root } = await exportedRun(context, 'json', [IMAGE]);
    for (const simplify of [0, 1.5]) {
      const written = async (format: keyof typeof READERS) => {
        const out = join(root, `${format}-${simplify}`);
        const style = { segmentation: 'polygons', simplify } as const;
        await exportRun({ folder: run, format: format as 'coco', out, style });
        return out;
      };
      const pieces = (await labelMeGroups(await written('labelme'))).map(({ length }) => length);
      for (const format of Object.keys(READERS)) {
        const out = format === 'labelme' ? join(root, `labelme-${simplify}`) : await written(format);
        const masks = await READERS[format](out, pieces);
        assert.equal(masks.length, MASKS.length, format);
        for (const [i, rings] of masks.entries()) {
          const found = filledRings(rings, WIDTH, HEIGHT);
          const what = `${format}, simplify ${simplify}, mask ${i}`;
          if (simplify === 0) assert.ok(denseIou(found, MASKS[i]) >= 0.99, what);
          for (const [at, pixel] of found.entries()) {
            if (pixel !== MASKS[i][at]) assert.ok(isNearOutline(MASKS[i], at, simplify), `${what}, pixel ${at}`);
          }
        }
      }
    }
  });
});

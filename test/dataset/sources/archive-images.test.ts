import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { FingerprintSet } from '../../../src/dataset/plan/fingerprint-set.js';
import { locatorOf, type PlannedImage, refusalOf } from '../../../src/dataset/plan/planned-image.js';
import { archiveKind } from '../../../src/dataset/sources/kinds/archive-kind.js';
import { nameFilterOf } from '../../../src/dataset/sources/name-filter.js';
import { batchesOf } from '../../../src/dataset/sources/source-kind.js';

type Entry = [name: string, content: string | Buffer, type?: 'symlink' | 'link' | 'directory' | 'fifo'];

async function tarOf(...entries: Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content, type] of entries) {
    if (type === 'symlink' || type === 'link') archive.entry({ name, type, linkname: 'a.jpg', size: 0 });
    else if (type) archive.entry({ name, type, size: 0 });
    else archive.entry({ name }, content);
  }
  archive.finalize();
  return buffer(archive);
}

describe('archiveKind', () => {
  const kind = archiveKind();
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
  });
  after(() => rm(root, { recursive: true }));

  async function batches(bytes: Buffer, fileName = 'shard-0.tar'): Promise<(readonly PlannedImage[])[]> {
    const path = join(root, fileName);
    await writeFile(path, bytes);
    const input = { text: path, isFolder: false, name: `sub/${fileName}`, prefix: '', key: path };
    assert.ok(kind.takes(input));
    const filter = nameFilterOf({ include: [], exclude: [], hidden: false });
    const search = {
      kinds: [kind],
      filter,
      seen: new FingerprintSet(),
      ownFolders: new Map<string, ReadonlySet<string>>(),
    };
    const found: (readonly PlannedImage[])[] = [];
    for await (const batch of batchesOf(kind.images(input, search))) found.push(batch);
    assert.deepEqual(kind.images(input, search), [], 'an archive that is reached twice is listed once');
    return found;
  }
  const planned = async (...archive: Parameters<typeof batches>) => (await batches(...archive)).flat();
  const long = `${'long/'.repeat(60)}ž.png`;

  for (const packed of [false, true]) {
    it(`lists the images of a ${packed ? 'compressed ' : ''}archive, and reads them forward and backward`, async () => {
      const entries: Entry[] = [
        ['./a.jpg', 'first'],
        ['a.json', '{}'],
        ['dir.png', '', 'directory'],
        ['._b.jpg', 'finder'],
        [long, 'x'.repeat(5000)],
        ['b/c.TIF', ''],
      ];
      const tar = await tarOf(...entries);
      const images = await planned(packed ? gzipSync(tar) : tar, packed ? 's.tar.gz' : 's.tar');
      assert.deepEqual(
        images.map(({ kind, name }) => [kind, name]),
        [
          ['member', 'sub/s/a.jpg'],
          ['member', `sub/s/${long}`],
          ['member', 'sub/s/b/c.TIF'],
        ],
      );
      const read = async (i: number) => {
        const image = images[i];
        assert.ok(image && kind.opener);
        return (await kind.opener.open(image)).toString();
      };
      assert.deepEqual(await Promise.all([read(0), read(1), read(2)]), ['first', 'x'.repeat(5000), '']);
      assert.equal(await read(0), 'first');
      await kind.opener?.close?.();
    });
  }

  it('answers now and then while it passes over much, for whoever waits', async () => {
    const megabytes = Buffer.alloc(40 * 1024 * 1024);
    const found = await batches(
      await tarOf(['a.bin', megabytes], ['b.bin', megabytes], ['c.jpg', '1'], ['d.jpg', '2']),
    );
    assert.deepEqual(
      found.map((batch) => batch.map(({ name }) => name)),
      [[], ['sub/shard-0/c.jpg', 'sub/shard-0/d.jpg']],
    );
  });

  it('refuses what leads out, links, devices and names that are there twice, each in its place', async () => {
    const images = await planned(
      await tarOf(
        ['a.jpg', '1'],
        ['../evil.jpg', '2'],
        ['/etc/evil.jpg', '3'],
        ['c\\..\\evil.jpg', '4'],
        ['soft.jpg', '', 'symlink'],
        ['hard.jpg', '', 'link'],
        ['pipe.jpg', '', 'fifo'],
        ['./a.jpg', '5'],
        ['a.jpg', '6'],
        ['z.jpg', '7'],
      ),
    );
    assert.deepEqual(
      images.map((image) => refusalOf(image)?.code ?? image.kind),
      [
        'member',
        'unsafe-path',
        'unsafe-path',
        'unsafe-path',
        'not-a-file',
        'not-a-file',
        'not-a-file',
        'duplicate-name',
        'duplicate-name',
        'member',
      ],
    );
    assert.equal(new Set(images.map(locatorOf)).size, 10);
  });

  const damaged: [why: string, bytes: () => Promise<Buffer>, before: number, reason: RegExp][] = [
    ['ends within a header', async () => (await tarOf(['a.jpg', '1'])).subarray(0, 1200), 1, /ends within a header/],
    ['is no archive', async () => Buffer.from('x'.repeat(2000)), 0, /no tar header at byte 0/],
    ['is empty', async () => Buffer.alloc(0), 0, /too short/],
    ['is half of a gzip file', async () => half(gzipSync(await tarOf(['a.jpg', randomText()]))), 1, /unexpected end/],
    ['unpacks to far more than its size', async () => gzipSync(hugeZeros(await tarOf(['a.jpg', '1']))), 2, /200 times/],
  ];
  function half(bytes: Buffer): Buffer {
    return bytes.subarray(0, bytes.length / 2);
  }
  function randomText(): string {
    return Array.from({ length: 20000 }, (_, i) => ((i * 7919) % 1009).toString(36)).join('');
  }
  /** A second member of 128 MiB of zeros. */
  function hugeZeros(tar: Buffer): Buffer {
    const header = Buffer.from(tar.subarray(0, 512));
    header.write('b.jpg', 0);
    header.write('        ', 148);
    header.write('01000000000\0', 124);
    let sum = 0;
    for (const byte of header) sum += byte;
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return Buffer.concat([tar.subarray(0, 1024), header, Buffer.alloc(128 * 1024 * 1024)]);
  }
  for (const [why, bytes, before, reason] of damaged) {
    it(`records an archive that ${why}`, async () => {
      const images = await planned(await bytes(), 'damaged.tar');
      const last = images.at(-1);
      assert.equal(images.length, before + 1);
      const refusal = last && refusalOf(last);
      assert.equal(refusal?.code, 'bad-archive');
      assert.match(refusal?.message ?? '', reason);
    });
  }
});

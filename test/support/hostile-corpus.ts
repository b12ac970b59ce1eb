import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { deflateSync, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { randomInteger, seededRandom } from './seeded-random.js';
import { smallImage } from './small-images.js';

/** Inputs meant to break a reader of images; the same bytes for the same seed. */
export interface HostileCorpus {
  /** Names below the folder that no reader may make a record of; members of archives as `archive.tar!member`. */
  readonly hostile: readonly string[];
  /** Names of images that are odd but whole, or whose damage a decoder may not see: a record or a failure, both are right. */
  readonly odd: readonly string[];
}

const FORMATS = ['jpeg', 'png', 'webp', 'tiff'] as const;

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** The check sum of PNG, bit by bit (zlib.crc32 is younger than the oldest Node that we run on). */
function crcOf(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

function pngChunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([u32(data.length), typed, u32(crcOf(typed))]);
}

const PNG_MAGIC = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function ihdr(width: number, height: number, depth = 8, colourType = 2): Buffer {
  return pngChunk('IHDR', Buffer.concat([u32(width), u32(height), Buffer.from([depth, colourType, 0, 0, 0])]));
}

function png(...chunks: Buffer[]): Buffer {
  return Buffer.concat([PNG_MAGIC, ...chunks]);
}

const IDAT = pngChunk('IDAT', deflateSync(Buffer.alloc(1000)));
const IEND = pngChunk('IEND', Buffer.alloc(0));

function tiffWithSides(width: number, height: number, extra: readonly (readonly number[])[] = []): Buffer {
  // little-endian: tag, type (4 = LONG), count, value
  const entries = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 8],
    [277, 3, 1, 1],
    [278, 4, 1, height],
    [279, 4, 1, 16],
    ...extra,
  ];
  const bytes = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  bytes.write('II*\0', 0, 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(entries.length, 8);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = 10 + 12 * i;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  }
  return bytes;
}

function gifWithSides(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(30);
  bytes.write('GIF89a', 0, 'latin1');
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  bytes[13] = 0x2c;
  bytes.writeUInt16LE(width, 18);
  bytes.writeUInt16LE(height, 20);
  bytes[23] = 2;
  return bytes;
}

/** The bytes from a JPEG's marker on: 0xC0 begins the frame header, 0xC4 the Huffman tables. */
function markerAt(jpeg: Buffer, marker: number): number {
  return jpeg.indexOf(Buffer.from([0xff, marker]));
}

function changed(bytes: Buffer, at: number, ...values: number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
}

function riff(fourcc: string, data: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(4 + 8 + data.length);
  const chunkSize = Buffer.alloc(4);
  chunkSize.writeUInt32LE(data.length);
  return Buffer.concat([Buffer.from('RIFF'), size, Buffer.from('WEBP'), Buffer.from(fourcc), chunkSize, data]);
}

type Entry = readonly [header: Parameters<ReturnType<typeof pack>['entry']>[0], content?: Buffer];

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) archive.entry({ mtime: new Date(0), ...header }, content ?? Buffer.alloc(0));
  archive.finalize();
  return buffer(archive);
}

/** Flips one bit in each of so many random bytes from `start` on. */
function bitFlipped(bytes: Buffer, start: number, flips: number, random: () => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = 0; i < flips; i++)
    copy[randomInteger(random, start, copy.length - 1)] ^= 1 << randomInteger(random, 0, 7);
  return copy;
}

type Files = Map<string, Buffer>;

/** Images that end too early or have bits turned: in the header, where nothing helps, and in the pixels, where a decoder may not see it. */
async function damagedImages(random: () => number): Promise<{ hostile: Files; odd: Files }> {
  const hostile: Files = new Map();
  const odd: Files = new Map();
  for (const format of FORMATS) {
    const whole = await smallImage(FORMATS.indexOf(format) + 1, format);
    for (const percent of [1, 10, 30, 50]) {
      const kept = Math.max(3, Math.floor((whole.length * percent) / 100));
      hostile.set(`truncated/${percent}-percent.${format}`, whole.subarray(0, kept));
    }
    odd.set(`truncated/all-but-two-bytes.${format}`, whole.subarray(0, -2));
    hostile.set(`flipped/magic.${format}`, bitFlipped(whole, 0, 0, random).fill(0x55, 0, 4));
    for (const flips of [1, 8, 64]) odd.set(`flipped/${flips}-bits.${format}`, bitFlipped(whole, 16, flips, random));
  }
  return { hostile, odd };
}

/** Headers that promise what does not follow, or far too much. */
function lyingHeaders(jpeg: Buffer): Files {
  const hostile: Files = new Map();
  const frame = markerAt(jpeg, 0xc0);
  hostile.set('bombs/65535x65535.jpg', changed(jpeg, frame + 5, 0xff, 0xff, 0xff, 0xff));
  hostile.set('bombs/100000x100000.png', png(ihdr(100_000, 100_000), IDAT, IEND));
  hostile.set('bombs/2147483647x1.png', png(ihdr(2 ** 31 - 1, 1), IDAT, IEND));
  hostile.set('bombs/20000x20000.png', png(ihdr(20_000, 20_000), IDAT, IEND));
  hostile.set('bombs/100000x100000.tif', tiffWithSides(100_000, 100_000));
  hostile.set('bombs/65535x65535.gif', gifWithSides(65_535, 65_535));
  hostile.set('bombs/16777216x16777216.webp', riff('VP8X', Buffer.from([0, 0, 0, 0, 255, 255, 255, 255, 255, 255])));
  hostile.set('headers/no-rows.jpg', changed(jpeg, frame + 5, 0, 0));
  hostile.set('headers/twelve-bits.jpg', changed(jpeg, frame + 4, 12));
  hostile.set('headers/five-components.jpg', changed(jpeg, frame + 9, 5));
  hostile.set('headers/huffman-beyond-end.jpg', changed(jpeg, markerAt(jpeg, 0xc4) + 2, 0xff, 0xff));
  hostile.set('headers/only-begin-and-end.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xd9]));
  hostile.set('headers/no-width.png', png(ihdr(0, 10), IDAT, IEND));
  hostile.set('headers/three-bits.png', png(ihdr(10, 10, 3), IDAT, IEND));
  hostile.set('headers/no-palette.png', png(ihdr(10, 10, 8, 3), IDAT, IEND));
  hostile.set('headers/no-data.png', png(ihdr(10, 10), IEND));
  hostile.set('headers/data-too-short.png', png(ihdr(100, 100), pngChunk('IDAT', deflateSync(Buffer.alloc(9))), IEND));
  hostile.set('headers/chunk-of-2-gigabytes.png', png(ihdr(10, 10), u32(2 ** 31 - 1), Buffer.from('IDATxxxx')));
  hostile.set('headers/data-not-deflated.png', png(ihdr(10, 10), pngChunk('IDAT', Buffer.from('not deflated')), IEND));
  hostile.set('headers/strip-beyond-end.tif', tiffWithSides(64, 64));
  hostile.set('headers/unknown-compression.tif', changed(tiffWithSides(4, 4), 10 + 3 * 12 + 8, 99, 153));
  hostile.set('headers/directory-beyond-end.tif', changed(tiffWithSides(4, 4), 4, 255, 255, 255, 127));
  hostile.set('headers/no-image-data.webp', riff('VP8X', Buffer.from([0, 0, 0, 0, 9, 0, 0, 9, 0, 0])));
  hostile.set('headers/no-lossless-data.webp', riff('VP8L', Buffer.from([0x2f, 0, 0, 0, 0])));
  hostile.set('headers/no-frames.gif', gifWithSides(10, 10).subarray(0, 13));
  return hostile;
}

/** What has the name of an image and is something else. */
function otherTypes(): Files {
  const svg = (body: string) =>
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${body}</svg>`);
  const others: Record<string, Buffer> = {
    'text.jpg': Buffer.from('This is a text.\n'.repeat(100)),
    'web-page.png': Buffer.from('<!doctype html><script>alert(1)</script>'),
    'drawing.png': svg('<rect width="9" height="9"/>'),
    'drawing-that-reads-files.jpg': svg('<image href="file:///etc/passwd"/>'),
    'document.jpg': Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<</Root 1 0 R>>'),
    'postscript.gif': Buffer.from('%!PS\n(/etc/passwd) (r) file'),
    'program.png': Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46]), Buffer.alloc(200, 1)]),
    'archive.webp': Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(100)]),
    'film.avif': Buffer.concat([u32(24), Buffer.from('ftypisom'), Buffer.alloc(64)]),
    'bitmap.png': Buffer.concat([Buffer.from('BM'), Buffer.alloc(100, 2)]),
    'gzip.jpg': gzipSync(Buffer.from('x')),
    'script-that-begins-as-gif.gif': Buffer.from('GIF89a/*\xff\xff*/=1;alert(1)', 'latin1'),
    'nul.jpg': Buffer.alloc(4096),
    'empty.jpg': Buffer.alloc(0),
    'one-byte.png': Buffer.from([0x89]),
  };
  return new Map(Object.entries(others).map(([name, bytes]) => [`wrong-type/${name}`, bytes]));
}

/** Whole images that carry something behind them, or another type's name. */
async function oddImages(jpeg: Buffer): Promise<Files> {
  return new Map([
    ['odd/image-then-archive.jpg', Buffer.concat([jpeg, Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(99)])],
    ['odd/image-then-script.png', Buffer.concat([await smallImage(2), Buffer.from('<script>alert(1)</script>')])],
    ['odd/png-called.jpg', await smallImage(3)],
    ['odd/jpeg-called.webp', jpeg],
  ]);
}

async function archives(): Promise<{ files: Map<string, Buffer>; hostile: string[]; odd: string[] }> {
  const image = await smallImage(5, 'jpeg');
  const file = (name: string, content = image): Entry => [{ name, type: 'file' }, content];
  const good = await tarOf([file('good.jpg'), file('cut.jpg')]);
  const wrongSum = changed(good, 512 + Math.ceil(image.length / 512) * 512 + 148, 0x37, 0x37);
  const files = new Map<string, Buffer>([
    [
      'tar/names.tar',
      await tarOf([
        file('fine.jpg'),
        file('../outside.jpg'),
        file('a/../../outside.jpg'),
        file('/tmp/sam-cli-outside.jpg'),
        file('C:\\outside.jpg'),
        [{ name: 'soft-link.jpg', type: 'symlink', linkname: '/etc/passwd' }],
        [{ name: 'hard-link.jpg', type: 'link', linkname: 'fine.jpg' }],
        [{ name: 'device.jpg', type: 'character-device', devmajor: 1, devminor: 5 }],
        [{ name: 'pipe.jpg', type: 'fifo' }],
        file('fine.jpg', Buffer.from('again')),
        file('empty.jpg', Buffer.alloc(0)),
        file('text.jpg', Buffer.from('no image')),
      ]),
    ],
    ['tar/cut-within-image.tar', good.subarray(0, good.length - 1024 - 300)],
    ['tar/wrong-sum.tar', wrongSum],
    ['tar/no-archive.tar', Buffer.from('This is no archive. '.repeat(100))],
    ['tar/empty.tar', Buffer.alloc(0)],
    ['tar/cut.tar.gz', gzipSync(good).subarray(0, 300)],
    ['tar/no-gzip.tgz', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8])],
    // 400 KB that unpack to 400 MB; a gzip file may hold any number of members
    [
      'tar/endless.tar.gz',
      Buffer.concat([gzipSync(bombHeader()), ...new Array(400).fill(gzipSync(Buffer.alloc(1e6)))]),
    ],
  ]);
  const members = ['../outside.jpg', 'a/../../outside.jpg', '/tmp/sam-cli-outside.jpg', 'C:\\outside.jpg'];
  members.push('soft-link.jpg', 'hard-link.jpg', 'device.jpg', 'pipe.jpg', 'fine.jpg', 'empty.jpg', 'text.jpg');
  const hostile = members.map((member) => `tar/names.tar!${member}`);
  hostile.push('tar/cut-within-image.tar!cut.jpg', ...[...files.keys()].slice(2));
  return {
    files,
    hostile,
    odd: ['names.tar!fine.jpg', 'cut-within-image.tar!good.jpg', 'wrong-sum.tar!good.jpg'].map((name) => `tar/${name}`),
  };
}

/** The header of a member of 1 TB. */
function bombHeader(): Buffer {
  const header = Buffer.alloc(512);
  header.write('bomb.bin', 0);
  header.write('0000644\0', 100);
  // in base 256, as GNU tar writes what octal digits cannot hold
  header[124] = 0x80;
  header.writeUIntBE(1e12, 130, 6);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** Writes the corpus below a folder. */
export async function writeHostileCorpus(folder: string, seed = 1): Promise<HostileCorpus> {
  const jpeg = await smallImage(1, 'jpeg');
  const damaged = await damagedImages(seededRandom(seed));
  const hostile: Files = new Map([...damaged.hostile, ...lyingHeaders(jpeg), ...otherTypes()]);
  const odd: Files = new Map([...damaged.odd, ...(await oddImages(jpeg))]);
  const tar = await archives();
  for (const [name, bytes] of [...hostile, ...odd, ...tar.files]) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  const links: Record<string, string> = {
    'links/dangling.jpg': 'nowhere.jpg',
    'links/itself.jpg': 'itself.jpg',
    'links/endless.jpg': '/dev/zero',
    'links/up': '..',
  };
  await mkdir(join(folder, 'links'));
  for (const [name, target] of Object.entries(links)) await symlink(target, join(folder, name));
  const special = Object.keys(links).filter((name) => name.endsWith('.jpg'));
  try {
    execFileSync('mkfifo', [join(folder, 'links', 'pipe.jpg')]);
    special.push('links/pipe.jpg');
  } catch {
    // a system without named pipes
  }
  return {
    hostile: [...hostile.keys(), ...special, ...tar.hostile],
    odd: [...odd.keys(), ...tar.odd],
  };
}

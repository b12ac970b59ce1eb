import type { ArchiveBytes } from './stored-bytes.js';

/** What a tar archive says of one of its members. */
export interface TarMember {
  readonly name: string;
  readonly type: 'file' | 'folder' | 'link' | 'other';
  /** Where its bytes start. */
  readonly offset: number;
  readonly size: number;
}

const BLOCK = 512;
/** Names in extended headers are no longer than this. */
const LONGEST_HEADER = 1024 * 1024;

function textOf(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** Octal digits, or big-endian bytes when the first bit is set (GNU, for sizes from 8 GiB). */
function numberOf(block: Buffer, start: number, length: number): number {
  if (block[start] & 0x80) {
    let value = block[start] & 0x7f;
    for (let i = start + 1; i < start + length; i++) value = value * 256 + block[i];
    return value;
  }
  const digits = textOf(block, start, length).trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function hasRightChecksum(block: Buffer): boolean {
  let sum = 0;
  // the checksum's own field counts as spaces
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : block[i];
  return sum === numberOf(block, 148, 8);
}

/** `path` and `size` of a PAX header: lines of "length key=value". */
function paxFieldsOf(bytes: Buffer): Map<string, string> {
  const fields = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString('latin1', at, Math.max(at, space)));
    if (space < 0 || !Number.isInteger(length) || length <= space - at) break;
    const line = bytes.toString('utf8', space + 1, at + length - 1);
    const equals = line.indexOf('=');
    if (equals > 0) fields.set(line.slice(0, equals), line.slice(equals + 1));
    at += length;
  }
  return fields;
}

function typeOf(flag: string, name: string): TarMember['type'] {
  if (flag === '5' || name.endsWith('/')) return 'folder';
  if (flag === '0' || flag === '\0' || flag === '7') return 'file';
  return flag === '1' || flag === '2' ? 'link' : 'other';
}

/**
 * The members of a tar archive (ustar, PAX and GNU names), in their order. Reads their headers only, so that an archive of 10 GB is
 * listed in the time of some thousand small reads; a library that reads tar as a stream would read it whole.
 *
 * @throws Error when the archive is damaged or ends within a member.
 */
export async function* tarMembers(archive: ArchiveBytes): AsyncGenerator<TarMember> {
  let at = 0;
  let longName: string | undefined;
  let pax = new Map<string, string>();
  for (;;) {
    const block = await archive.read(at, BLOCK);
    if (block.length === 0 && at > 0) return;
    if (block.length < BLOCK) throw new Error(at === 0 ? 'it is too short' : `it ends within a header at byte ${at}`);
    // zeros end an archive
    if (block.every((byte) => byte === 0)) return;
    if (!hasRightChecksum(block)) throw new Error(`there is no tar header at byte ${at}`);
    const flag = String.fromCharCode(block[156]);
    const isExtended = flag === 'x' || flag === 'g' || flag === 'L' || flag === 'K';
    const size = !isExtended && pax.has('size') ? Number(pax.get('size')) : numberOf(block, 124, 12);
    if (!Number.isSafeInteger(size) || size < 0) throw new Error(`the member at byte ${at} has no size`);
    const offset = at + BLOCK;
    // a hard link tells the size of what it leads to, and holds nothing
    const held = flag === '1' || flag === '2' ? 0 : size;
    at = offset + Math.ceil(held / BLOCK) * BLOCK;
    if (isExtended) {
      if (size > LONGEST_HEADER) throw new Error(`the header at byte ${offset - BLOCK} has ${size} bytes`);
      const bytes = await archive.read(offset, size);
      if (flag === 'L') longName = textOf(bytes, 0, bytes.length);
      if (flag === 'x') pax = paxFieldsOf(bytes);
      continue;
    }
    const isUstar = textOf(block, 257, 6).startsWith('ustar') && block[262] === 0;
    const prefix = isUstar ? textOf(block, 345, 155) : '';
    const shortName = textOf(block, 0, 100);
    const name = pax.get('path') ?? longName ?? (prefix === '' ? shortName : `${prefix}/${shortName}`);
    yield { name, type: typeOf(flag, name), offset, size: held };
    longName = undefined;
    pax = new Map();
  }
}

import { posix } from 'node:path';
import { messageOf, type SamErrorCode } from '../../errors.js';
import { FingerprintMap } from '../plan/fingerprint-map.js';
import { type ArchiveBytes, openArchive } from './archive-bytes.js';
import { isImageName, withoutArchiveExtension } from './extensions.js';
import { isHidden, type NameFilter } from './name-filter.js';
import type { PlannedImage } from './planned-image.js';
import { safeNameOf } from './safe-name.js';
import { type TarMember, tarMembers } from './tar-headers.js';

/** Images of an archive are read whole; larger ones are refused. */
const LARGEST_MEMBER = 1024 * 1024 * 1024;

const PER_BATCH = 1024;

/** A name that leads out of the folder it is unpacked in, or that file systems do not take. */
function isUnsafe(name: string): boolean {
  return posix.isAbsolute(name) || /^[a-z]:|\\|\0/i.test(name) || name.split('/').includes('..');
}

function refusalOf(member: TarMember, isAgain: boolean): { code: SamErrorCode; reason: string } | undefined {
  if (isUnsafe(member.name)) {
    return { code: 'unsafe-path', reason: 'Expected a name inside the archive but it leads out of it' };
  }
  if (member.type !== 'file') {
    const what = member.type === 'link' ? 'a link' : 'no regular file';
    return { code: 'not-a-file', reason: `Expected an image in the archive but received ${what}` };
  }
  if (member.size > LARGEST_MEMBER) {
    return {
      code: 'too-large',
      reason: `Expected at most ${LARGEST_MEMBER} bytes in an archive but received ${member.size}`,
    };
  }
  if (isAgain) {
    return { code: 'duplicate-name', reason: 'Expected a name once in an archive but received it again' };
  }
  return undefined;
}

/**
 * The images of a tar archive, from its headers. What cannot be an image of the run (links, names that lead out, a damaged
 * rest) is planned as a refusal, so that it is recorded in its place.
 *
 * @param path - Opens the archive.
 * @param name - Of the archive, below its input; its images are named below it.
 */
export async function* imagesOfArchive(path: string, name: string, filter: NameFilter): AsyncGenerator<PlannedImage[]> {
  const stem = withoutArchiveExtension(name);
  const seen = new FingerprintMap();
  let batch: PlannedImage[] = [];
  let archive: ArchiveBytes | undefined;
  try {
    archive = await openArchive(path);
    for await (const member of tarMembers(archive)) {
      const inside = safeNameOf(member.name);
      if (member.type === 'folder' || !isImageName(inside) || isHidden(inside) || !filter.takes(inside)) continue;
      const image = { path, name: `${stem}/${inside}` };
      const isAgain = !seen.add(posix.normalize(member.name));
      const refusal = refusalOf(member, isAgain);
      if (refusal) {
        const where = `${path}!${member.name.replaceAll('\0', '\uFFFD')}${isAgain ? ` at byte ${member.offset}` : ''}`;
        batch.push({ kind: 'refused', ...image, path: where, ...refusal });
      } else {
        batch.push({ kind: 'member', ...image, member: member.name, offset: member.offset, size: member.size });
      }
      if (batch.length === PER_BATCH) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    const reason = `Expected a tar archive but could not read it to its end: ${messageOf(error)}`;
    batch.push({ kind: 'refused', path, name: stem, code: 'bad-archive', reason });
  } finally {
    await archive?.close();
  }
  if (batch.length > 0) yield batch;
}

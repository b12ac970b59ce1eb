import { posix } from 'node:path';
import { messageOf, type SamErrorCode } from '../../../errors.js';
import { FingerprintSet } from '../../plan/fingerprint-set.js';
import { type PlannedImage, refusedImage } from '../../plan/planned-image.js';
import { openArchive } from '../archive-bytes.js';
import { isImageName } from '../extensions.js';
import { isHidden, type NameFilter } from '../name-filter.js';
import { MEMBER_KIND, OpenArchives } from '../open-archives.js';
import { safeNameOf } from '../safe-name.js';
import type { SourceKind } from '../source-kind.js';
import type { ArchiveBytes } from '../stored-bytes.js';
import { type TarMember, tarMembers } from '../tar-headers.js';

const EXTENSION = /\.(tar|tar\.gz|tgz)$/i;

/** Images of an archive are read whole; larger ones are refused. */
const LARGEST_MEMBER = 1024 * 1024 * 1024;

/** A batch ends after so many images, or after so many bytes passed over: whoever waits for batches does not wait long. */
const IMAGES_A_BATCH = 1024;
const BYTES_A_BATCH = 64 * 1024 * 1024;

/** A name that leads out of the folder it is unpacked in, or that file systems do not take. */
function isUnsafe(name: string): boolean {
  return posix.isAbsolute(name) || /^[a-z]:|\\|\0/i.test(name) || name.split('/').includes('..');
}

function refusalOf(member: TarMember, isAgain: boolean): [code: SamErrorCode, reason: string] | undefined {
  if (isUnsafe(member.name)) return ['unsafe-path', 'Expected a name inside the archive but it leads out of it'];
  if (member.type !== 'file') {
    const what = member.type === 'link' ? 'a link' : 'no regular file';
    return ['not-a-file', `Expected an image in the archive but received ${what}`];
  }
  if (member.size > LARGEST_MEMBER) {
    return ['too-large', `Expected at most ${LARGEST_MEMBER} bytes in an archive but received ${member.size}`];
  }
  if (isAgain) return ['duplicate-name', 'Expected a name once in an archive but received it again'];
  return undefined;
}

function imageOf(path: string, name: string, member: TarMember, isAgain: boolean): PlannedImage {
  const refusal = refusalOf(member, isAgain);
  if (!refusal) return { kind: MEMBER_KIND, path, name, reference: [member.name, member.offset, member.size] };
  const where = `${path}!${member.name.replaceAll('\0', '\uFFFD')}${isAgain ? ` at byte ${member.offset}` : ''}`;
  return refusedImage({ path: where, name }, ...refusal);
}

/**
 * The images of a tar archive, from its headers. What cannot be an image of the run (links, names that lead out, a damaged
 * rest) is planned as a refusal, so that it is recorded in its place.
 *
 * @param path - Opens the archive.
 * @param name - Of the archive, below its input; its images are named below it.
 */
async function* imagesOfArchive(path: string, name: string, filter: NameFilter): AsyncGenerator<PlannedImage[]> {
  const stem = name.replace(EXTENSION, '');
  const seen = new FingerprintSet();
  let batch: PlannedImage[] = [];
  let batchStart = 0;
  let archive: ArchiveBytes | undefined;
  try {
    archive = await openArchive(path);
    for await (const member of tarMembers(archive)) {
      if (batch.length === IMAGES_A_BATCH || member.offset - batchStart > BYTES_A_BATCH) {
        yield batch;
        batch = [];
        batchStart = member.offset;
      }
      const inside = safeNameOf(member.name);
      if (member.type === 'folder' || !isImageName(inside) || isHidden(inside) || !filter.takes(inside)) continue;
      const isAgain = !seen.add(posix.normalize(member.name));
      batch.push(imageOf(path, `${stem}/${inside}`, member, isAgain));
    }
  } catch (error) {
    const reason = `Expected a tar archive but could not read it to its end: ${messageOf(error)}`;
    batch.push(refusedImage({ path, name: stem }, 'bad-archive', reason));
  } finally {
    await archive?.close();
  }
  if (batch.length > 0) yield batch;
}

function isArchiveName(path: string): boolean {
  // a million paths: look at one letter first
  const last = path.charCodeAt(path.length - 1) | 0x20;
  return (last === 0x72 || last === 0x7a) && EXTENSION.test(path);
}

/** Tar archives, compressed with gzip or not. Their images are read from where they lie in them. */
export function archiveKind(): SourceKind {
  return {
    takes: ({ text, missing }) => missing === undefined && isArchiveName(text),
    images: ({ text, name, key }, { seen, filter }) =>
      seen.add(key) ? imagesOfArchive(text, name, filter.inArchives) : [],
    isFoundInFolders: true,
    opener: new OpenArchives(),
  };
}

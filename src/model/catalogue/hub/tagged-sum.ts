import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type FileSum, sumOfFile } from '../../../storage/sum-of-file.js';

/** The sum of a file, and the tag that the hub would give it. */
export interface TaggedSum extends FileSum {
  readonly tag: string;
}

/** Whether a tag is git's own id: the hub has no other for small files, such as tokenizers. */
export function isGitId(tag: string): boolean {
  return /^[0-9a-f]{40}$/.test(tag);
}

/**
 * What a file sums up to, and its tag of the kind of the given one: its sha256, or git's id of it.
 *
 * @throws the error of the file system when it cannot be read.
 */
export async function taggedSumOf(path: string, tag: string): Promise<TaggedSum> {
  const sum = await sumOfFile(path);
  if (!isGitId(tag)) return { ...sum, tag: sum.sha256 };
  const id = createHash('sha1')
    .update(`blob ${sum.bytes}\0`)
    .update(await readFile(path));
  return { ...sum, tag: id.digest('hex') };
}

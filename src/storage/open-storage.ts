import { basename, dirname, resolve } from 'node:path';
import { SamError } from '../errors.js';
import { FolderStorage } from './folder-storage.js';
import { isS3Address, parseS3Address, s3Place, s3Text } from './s3/s3-address.js';
import { S3Storage } from './s3/s3-storage.js';
import type { Storage } from './storage.js';

/**
 * The storage of a location: a folder of this machine, or `s3://bucket/prefix`. Nothing is looked at before it is used.
 *
 * @param temporaryName - For a place that several runs write to: as that of {@link FolderStorage}, one of each run's own.
 * @throws SamError `bad-usage` for an s3:// address that is none.
 */
export function openStorage(location: string, temporaryName?: string): Storage {
  if (isS3Address(location)) return new S3Storage(location, temporaryName !== undefined);
  return new FolderStorage(location, temporaryName);
}

/** A location the same however it is written: an absolute path, or an address without a slash at its end. @throws SamError `bad-usage` */
export function resolvedLocation(location: string): string {
  if (!isS3Address(location)) return resolve(location);
  return s3Text(s3Place(location)).replace(/\/$/, '');
}

/** A location without its last part, and that part. @throws SamError `bad-usage` */
export function splitLocation(location: string): [folder: string, name: string] {
  const whole = resolvedLocation(location);
  if (!isS3Address(whole)) return [dirname(whole), basename(whole)];
  const { key } = parseS3Address(whole);
  const slash = whole.lastIndexOf('/');
  if (key !== '') return [whole.slice(0, slash), whole.slice(slash + 1)];
  throw new SamError('bad-usage', `Expected a file but ${whole} is a whole bucket`, 'Give it a name there.');
}

/** @throws SamError `bad-usage` for a location that is no folder of this machine */
export function requireLocal(location: string, option: string): void {
  if (!isS3Address(location)) return;
  throw new SamError(
    'bad-usage',
    `Expected a folder of this machine for ${option} but received ${resolvedLocation(location)}`,
    'What is written there can be copied to a bucket afterwards.',
  );
}

import { SamError } from '../../errors.js';
import { type S3Address, s3Text } from './s3-address.js';
import { s3ErrorInWords, s3HintOf } from './s3-errors.js';

/** What a user is told when an object cannot be written. An error that says so already stays as it is. */
export function unwritableS3(address: S3Address, error: unknown): SamError {
  if (error instanceof SamError) return error;
  const name = (error as { readonly name?: string }).name;
  const message = `Could not write ${s3Text(address)}: ${s3ErrorInWords(error)}`;
  // only this name cannot be written
  if (name === 'KeyTooLongError') return new SamError('unwritable-name', message);
  return new SamError(
    'unwritable-output',
    message,
    s3HintOf(error) ?? 'Run the same command again: it goes on where it was.',
  );
}

/** What a user is told when an object that should be read cannot be. */
export function unreadableS3(address: S3Address, error: unknown): SamError {
  if (error instanceof SamError) return error;
  return new SamError('bad-run-folder', `Could not read ${s3Text(address)}: ${s3ErrorInWords(error)}`, s3HintOf(error));
}

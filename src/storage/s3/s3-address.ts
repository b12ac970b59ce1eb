import { SamError } from '../../errors.js';

const SCHEME = 's3://';
/** What S3 and its kin allow in the name of a bucket, the old names with capitals and underscores too. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{2,62}$/;

/** An object, or a place for objects, of a bucket. */
export interface S3Address {
  readonly bucket: string;
  /** As it is: nothing in an address is an escape. Empty for the whole bucket. */
  readonly key: string;
}

/** Whether a text begins as an address of object storage does: `s3://`. */
export function isS3Address(text: string): boolean {
  // a million paths: look at one letter first
  return (text.charCodeAt(0) | 0x20) === 0x73 && text.slice(0, SCHEME.length).toLowerCase() === SCHEME;
}

/**
 * The parts of `s3://bucket/key`.
 *
 * @throws SamError `bad-usage` when the name of the bucket can be none; what may be a secret is not repeated.
 */
export function parseS3Address(text: string): S3Address {
  const rest = text.slice(SCHEME.length);
  const slash = rest.indexOf('/');
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  if (BUCKET.test(bucket)) return { bucket, key: slash < 0 ? '' : rest.slice(slash + 1) };
  if (/[@:]/.test(bucket)) {
    throw new SamError(
      'bad-usage',
      'Expected s3://bucket/prefix but received something that may hold a password before the first slash',
      'Credentials are never part of an address: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (docs/s3.md).',
    );
  }
  throw new SamError(
    'bad-usage',
    `Expected s3://bucket/prefix where the bucket's name has 3 to 63 letters, digits, dots, hyphens and underscores, a letter or digit first, but received "${text}"`,
    'Check what is between s3:// and the next slash: that is the name of the bucket.',
  );
}

/** The address of an object. */
export function s3Text({ bucket, key }: S3Address): string {
  return `${SCHEME}${bucket}/${key}`;
}

/** The address of a place for objects, the same however it is written: without a slash at its end. @throws SamError `bad-usage` */
export function s3Place(text: string): S3Address {
  const { bucket, key } = parseS3Address(text);
  return { bucket, key: key.replace(/\/+$/, '') };
}

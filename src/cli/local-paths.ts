import type { Command } from 'commander';
import { SamError } from '../errors.js';
import { isS3Address } from '../storage/s3/s3-address.js';

/** Options that take an s3:// address. Any other path is one of this machine. */
const TAKES_S3: ReadonlySet<string> = new Set(['--out', '--overlay', '--images', '--data', '--gt']);

/**
 * Looks whether every option that has an s3:// address takes one: else it would be the name of a folder here.
 *
 * @throws SamError `bad-usage`
 */
export function refuseS3Paths(command: Command): void {
  const values = command.opts();
  for (const option of command.options) {
    const value: unknown = values[option.attributeName()];
    if (typeof value !== 'string' || !isS3Address(value) || TAKES_S3.has(option.long ?? '')) continue;
    throw new SamError(
      'bad-usage',
      `Expected a path of this machine for ${option.long} but received an s3:// address`,
      `Copy it here first. These options take one: ${[...TAKES_S3].join(', ')} (docs/s3.md).`,
    );
  }
}

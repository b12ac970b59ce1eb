import { SamError } from '../../errors.js';
import type { Manifest } from '../run-folder/manifest.js';

/**
 * Looks whether a run's results are records of masks, which those of `sam-cli edges` are not.
 *
 * @param folder - For the message.
 * @throws SamError `bad-usage`
 */
export function checkHasMasks({ job }: Manifest, folder: string): void {
  if (job !== 'edges') return;
  const hint = 'Edge maps are PNG files and can be taken as they are; `sam-cli eval --edges` measures them.';
  throw new SamError('bad-usage', `Expected a run that made masks but the one in ${folder} found edges`, hint);
}

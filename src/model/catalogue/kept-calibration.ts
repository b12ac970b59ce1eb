/**
 * Settings that were calibrated on this machine: a small file a model, beside the records of what was pulled.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type GeneratorSettings, resolveSettings } from '../../amg/settings.js';
import { userCacheDir } from '../../storage/user-cache.js';
import { writeAtomic } from '../../storage/write-atomic.js';
import type { CatalogueEntry } from './entry.js';
import { sumOf } from './model-sum.js';

/** What is kept. The sums say for which weights it was found: others under the same name do not use it. */
interface KeptCalibration {
  readonly name: string;
  readonly encoder_sha256: string;
  readonly decoder_sha256: string;
  readonly settings: Partial<GeneratorSettings>;
}

function keptPathOf(name: string): string {
  return join(userCacheDir(), 'models', `${name.replaceAll(/[^\w.-]/g, '_')}.calibration.json`);
}

/** A model with the settings that were calibrated for it on this machine, unless the catalogue has some. */
export function withKeptCalibration(entry: CatalogueEntry): CatalogueEntry {
  if (Object.keys(entry.calibratedSettings).length > 0) return entry;
  const settings = keptSettingsOf(entry);
  return settings ? { ...entry, calibratedSettings: settings } : entry;
}

function keptSettingsOf({ name, encoder, decoder }: CatalogueEntry): Partial<GeneratorSettings> | undefined {
  try {
    const kept: KeptCalibration = JSON.parse(readFileSync(keptPathOf(name), 'utf8'));
    const isOfModel = kept.encoder_sha256 === sumOf(encoder) && kept.decoder_sha256 === sumOf(decoder);
    if (!isOfModel || kept.name !== name) return undefined;
    resolveSettings(kept.settings);
    return kept.settings;
  } catch {
    // damaged or of another version: as if the model had never been calibrated
    return undefined;
  }
}

/**
 * Keeps settings for a model.
 *
 * @returns the path of the file that has them; without it they are forgotten.
 * @throws SamError `unwritable-output`
 */
export async function keepCalibration(
  { name, encoder, decoder }: CatalogueEntry,
  settings: Partial<GeneratorSettings>,
): Promise<string> {
  const kept: KeptCalibration = { name, encoder_sha256: sumOf(encoder), decoder_sha256: sumOf(decoder), settings };
  const path = keptPathOf(name);
  await writeAtomic(path, `${JSON.stringify(kept, undefined, 2)}\n`);
  return path;
}

/** Forgets what was calibrated for a model. */
export async function forgetCalibration(name: string): Promise<void> {
  await rm(keptPathOf(name), { force: true });
}

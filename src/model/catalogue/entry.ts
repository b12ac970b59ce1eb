import type { GeneratorSettings } from '../../amg/settings.js';
import type { ModelGeometry } from '../../sam/geometry.js';

/** One file of a model and what it must be. */
export interface ModelFile {
  /** Absolute in a {@link CatalogueEntry}; in {@link CatalogueData} it may start at the package's folder or at the catalogue's own. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Files of its weights, where they lie beside it. @default none */
  readonly externalData?: readonly ModelFile[];
}

/** A model as a catalogue describes it. */
export interface CatalogueData {
  readonly name: string;
  /** One line for `--help`. */
  readonly description: string;
  /** SPDX identifiers of the weights. */
  readonly licence: string;
  /** What its tensors mean: the name of a module in src/model/contracts, or the path of a module of one's own (it ends in `.js`). */
  readonly contract: string;
  readonly geometry: ModelGeometry;
  readonly encoder: ModelFile;
  readonly decoder: ModelFile;
  /** What fits this model better than the reference's defaults, which were set for ViT-H (docs/calibration.md). */
  readonly calibratedSettings: Partial<GeneratorSettings>;
}

/** A model that can be asked for by name, with absolute paths. */
export type CatalogueEntry = CatalogueData;

/** A file of a repository, and what is known of it. */
export interface HubFile {
  /** In the repository. */
  readonly path: string;
  /** @default what the hub says */
  readonly bytes?: number;
  /** Lower-case hex. @default what the hub says, which is then recorded */
  readonly sha256?: string;
  readonly externalData?: readonly HubFile[];
}

/** A model that lies on the Hugging Face hub and is downloaded when it is asked for by name. */
export interface HubModel extends Omit<CatalogueData, 'encoder' | 'decoder'> {
  readonly source: {
    /** ORG/NAME, or spaces/ORG/NAME. */
    readonly repo: string;
    /** A commit where one is known, else a branch. */
    readonly revision: string;
  };
  /** Said before the download begins. @default false */
  readonly nonCommercial?: boolean;
  readonly encoder: HubFile;
  readonly decoder: HubFile;
}

/** A model: the name of an entry, or an entry of one's own (see own-model.ts). Plain data. */
export type ModelReference = string | CatalogueEntry;

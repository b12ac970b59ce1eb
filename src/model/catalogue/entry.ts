import type { GeneratorSettings } from '../../amg/settings.js';
import type { Resampling } from '../../image/pil-resize.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import type { Similarity } from '../../sam/image-text-model.js';

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

/** How an image-text model sees an image. */
export interface ImageView {
  /** Pixels of a side of the square that it sees. */
  readonly side: number;
  /** `crop`: the shorter side takes the square, and the middle is seen (CLIP). `stretch`: both sides take it (SigLIP). */
  readonly fit: 'crop' | 'stretch';
  readonly resampling: Resampling;
  /** Mean of red, green and blue, 0 to 1. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation of red, green and blue, 0 to 1. */
  readonly std: readonly [number, number, number];
}

/** The files of an image-text model. */
export interface ImageTextFiles<File> {
  /** The graph that takes images. */
  readonly vision: File;
  /** The graph that takes texts. */
  readonly text: File;
  /** `tokenizer.json` as the hub's libraries write it. */
  readonly tokenizer: File;
  /** `tokenizer_config.json`, which says what texts are filled up with. */
  readonly tokenizerConfig: File;
}

/** An image-text model as a catalogue describes it: what finds masks by words. */
export interface ImageTextEntry {
  readonly kind: 'image-text';
  readonly name: string;
  /** One line for `models list`. */
  readonly description: string;
  /** SPDX identifiers of the weights. */
  readonly licence: string;
  /** What its tensors are called: a family of src/model/contracts/image-text.ts. */
  readonly contract: string;
  readonly view: ImageView;
  /** Tokens of a text, filled up to that many. */
  readonly tokens: number;
  readonly similarity: Similarity;
  readonly files: ImageTextFiles<ModelFile>;
}

/** An image-text model that lies on the Hugging Face hub. */
export interface HubImageText extends Omit<ImageTextEntry, 'files'>, Pick<HubModel, 'source' | 'nonCommercial'> {
  readonly files: ImageTextFiles<HubFile>;
}

/** An image-text model: the name of an entry, or an entry of one's own. Plain data. */
export type ImageTextReference = string | ImageTextEntry;

/** Any model of a catalogue, whatever it does. */
export type AnyModel = CatalogueEntry | HubModel | ImageTextEntry | HubImageText;

/** Whether a model is one of images and texts: others, which make masks, have no kind. */
export function isImageText<Model extends AnyModel>(
  model: Model,
): model is Extract<Model, ImageTextEntry | HubImageText> {
  return 'kind' in model;
}

/** Any model of the hub. */
export type AnyHubModel = HubModel | HubImageText;

/** Files of a model by what they are for: encoder and decoder, or those of {@link ImageTextFiles}. */
export type FilesByRole<File> = Readonly<Record<string, File>>;

/** The files of a model by what they are for. */
export function filesByRole(model: CatalogueEntry | ImageTextEntry): FilesByRole<ModelFile>;
export function filesByRole(model: AnyHubModel): FilesByRole<HubFile>;
export function filesByRole(model: AnyModel): FilesByRole<HubFile> {
  return isImageText(model) ? { ...model.files } : { encoder: model.encoder, decoder: model.decoder };
}

/** A model: the name of an entry, or an entry of one's own (see own-model.ts). Plain data. */
export type ModelReference = string | CatalogueEntry;

import { type GenerateOptions, type GenerateResult, MaskGenerator } from './amg/generator.js';
import type { MaskRecord } from './amg/mask-record.js';
import { DEFAULT_PRESET, type PresetName, settingsOfPreset } from './amg/presets.js';
import type { GeneratorSettings } from './amg/settings.js';
import { decodePicture, type PictureInput } from './model/decode-picture.js';
import type { SamModel } from './model/load-model.js';

/** Options of {@link AutomaticMaskGenerator}: a preset and what differs from it. */
export interface AutomaticMaskGeneratorOptions extends Partial<GeneratorSettings> {
  /**
   * Settings to start from. `reference` has Meta's defaults and nothing else; docs/settings.md describes all.
   *
   * @default 'default': thresholds calibrated for the model, as the command `everything` uses
   */
  readonly preset?: PresetName;
}

/**
 * All masks of a picture, from whatever a program holds of it.
 *
 * @example
 * ```ts
 * const model = await loadModel();
 * const generator = new AutomaticMaskGenerator(model, { preset: 'reference', pointsPerSide: 16 });
 * const masks = await generator.generate('photo.jpg');
 * ```
 */
export class AutomaticMaskGenerator {
  /** All settings in use, the preset's and the given ones. */
  readonly settings: GeneratorSettings;
  readonly #generator: MaskGenerator;

  /**
   * @param model - From `loadModel`. One generator at a time may use it.
   * @param options - The preset and what differs from it.
   * @throws SamError `bad-usage` for an unknown preset or setting or a value out of range, `bad-point-grid` for grids that
   * cannot be asked.
   */
  constructor(model: SamModel, options: AutomaticMaskGeneratorOptions = {}) {
    const { preset = DEFAULT_PRESET, ...settings } = options;
    this.#generator = new MaskGenerator(model, settingsOfPreset(preset, model.calibratedSettings, settings));
    this.settings = this.#generator.settings;
  }

  /**
   * All masks; best predicted IoU first, unless crops are used. onnxruntime blocks the calling thread for each batch of points; a program that has to
   * stay responsive calls this in a worker thread.
   *
   * @param input - A file's path, the bytes of a file, or raw RGB.
   * @throws SamError `unreadable-image` when the input is not a picture.
   */
  async generate(input: PictureInput, options: GenerateOptions = {}): Promise<MaskRecord[]> {
    return (await this.generateWithTimings(input, options)).records;
  }

  /** As {@link AutomaticMaskGenerator.generate}, with the seconds of each stage. */
  async generateWithTimings(input: PictureInput, options: GenerateOptions = {}): Promise<GenerateResult> {
    return this.#generator.generateWithTimings(await decodePicture(input), options);
  }
}

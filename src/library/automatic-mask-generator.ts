import { type GenerateOptions, MaskGenerator } from '../amg/generator.js';
import { DEFAULT_PRESET, type PresetName, settingsOfPreset } from '../amg/presets.js';
import type { GeneratorSettings } from '../amg/settings.js';
import { maskRecordOf } from '../formats/sa1b/write.js';
import { decodeImage, type ImageInput } from '../image/decode-image.js';
import type { SamModel } from '../model/runtime/load-model.js';
import type { StageSeconds } from '../sam/found-mask.js';
import type { MaskRecord } from '../sam/mask-record.js';

/** An image's masks and what they cost. */
export interface GenerateResult {
  readonly records: MaskRecord[];
  readonly timings: StageSeconds;
}

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
 * All masks of an image, from whatever a program holds of it.
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
   * @param model - From `loadModel`. Several generators may use it, and are answered in turn.
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
   * All masks, in the order of `MaskGenerator.generate`. onnxruntime blocks the calling thread for each batch of points; a program that has to
   * stay responsive calls this in a worker thread.
   *
   * @param input - A file's path, the bytes of a file, or raw RGB.
   * @throws SamError `unreadable-image` when the input is not an image.
   */
  async generate(input: ImageInput, options: GenerateOptions = {}): Promise<MaskRecord[]> {
    return (await this.generateWithTimings(input, options)).records;
  }

  /** As {@link AutomaticMaskGenerator.generate}, with the seconds of each stage. */
  async generateWithTimings(input: ImageInput, options: GenerateOptions = {}): Promise<GenerateResult> {
    const { masks, seconds } = await this.#generator.generate(await decodeImage(input), options);
    return { records: masks.map((mask, i) => maskRecordOf(mask, i + 1)), timings: seconds };
  }
}

import { type GenerateOptions, type GenerateResult, MaskGenerator } from './amg/generator.js';
import type { MaskRecord } from './amg/mask-record.js';
import type { GeneratorSettings } from './amg/settings.js';
import { decodePicture, type PictureInput } from './model/decode-picture.js';
import type { SamModel } from './model/load-model.js';

/**
 * All masks of a picture, from whatever a program holds of it.
 *
 * @example
 * ```ts
 * const model = await loadModel();
 * const generator = new AutomaticMaskGenerator(model, { pointsPerSide: 16 });
 * const masks = await generator.generate('photo.jpg');
 * ```
 */
export class AutomaticMaskGenerator {
  readonly settings: GeneratorSettings;
  readonly #generator: MaskGenerator;

  /**
   * @param model - From `loadModel`. One generator at a time may use it.
   * @param settings - What differs from the reference's defaults.
   * @throws SamError `bad-usage` for an unknown setting or a value out of range.
   */
  constructor(model: SamModel, settings: Partial<GeneratorSettings> = {}) {
    this.#generator = new MaskGenerator(model, settings);
    this.settings = this.#generator.settings;
  }

  /**
   * All masks, best predicted IoU first. onnxruntime blocks the calling thread for each batch of points; a program that has to
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
